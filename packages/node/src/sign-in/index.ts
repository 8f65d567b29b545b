/** What a sign-in needs of the machine: a browser, a place to be redirected to, the platform's word, and the way through proxies. */
export { browserCommand, hasBrowser, openBrowser } from './open-browser.ts'
export { outboundFetch } from './outbound-fetch.ts'
export { receiveRedirect, type RedirectReceiver } from './receive-redirect.ts'
export { announcedWorkload, type WorkloadToken, workloadToken } from './workload-token.ts'
