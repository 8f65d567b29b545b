/** An application that sends people to the authority with their browser, and redeems what comes back. */
import { addClient, type Registration } from '@countersign/authority'
import { codeChallengeOf, createProver, publicOf, thumbprint } from '@countersign/proof'
import { type Form, type House, ISSUER, NOTES } from './house.ts'
import { openBrowser } from './person.ts'

export const APP = 'notes-app'
export const CALLBACK = 'https://app.example/callback'
export const VERIFIER = 'correct-horse-battery-staple-correct-horse-battery'

type Changes = Readonly<Record<string, string | undefined>>

export async function openApp(house: House, registration: Partial<Registration> = {}, key: 'ES256' | 'none' = 'none') {
  const id = registration.id ?? APP
  const { secret } = await addClient(house, { id, name: 'Notes App', redirectUris: [CALLBACK], ...registration })
  const jwk = key === 'none' ? undefined : await house.suite.generateKey(key)
  const prove = jwk && (await createProver(house.suite, house.clock, jwk))
  const credentials: Form = { client_id: id, ...(secret === undefined ? {} : { client_secret: secret }) }
  const parameters: Form = {
    response_type: 'code',
    redirect_uri: (registration.redirectUris ?? [CALLBACK])[0] as string,
    code_challenge: await codeChallengeOf(house.suite, VERIFIER),
    code_challenge_method: 'S256',
    scope: 'notes:read',
    resource: NOTES,
    state: 'state-1',
  }

  /** A parameter that is `undefined` is left out. */
  function merged(base: Form, changes: Changes): Form {
    const all = Object.entries({ ...base, ...changes }).filter((pair): pair is [string, string] => pair[1] !== undefined)
    return Object.fromEntries(all)
  }
  function address(changes: Changes = {}): string {
    return `/authorize?${new URLSearchParams(merged({ client_id: id, ...parameters }, changes)).toString()}`
  }
  async function post(path: string, form: Form) {
    return house.post(path, form, prove === undefined ? {} : { dpop: await prove({ method: 'POST', url: ISSUER + path }) })
  }
  /** Ada signs in, answers, and the browser is sent back. */
  async function ask(changes: Changes = {}, decision: 'approve' | 'deny' = 'approve') {
    const browser = openBrowser(house)
    const page = await browser.signIn('ada', 'correct horse', address(changes))
    return answerOf(await browser.submit(page, '/authorize/decide', { decision }))
  }

  return {
    thumbprint: jwk && (await thumbprint(house.suite, publicOf(jwk))),
    address,
    post,
    ask,
    /** Asks, is approved, and tells the code. */
    code: async (changes: Changes = {}) => (await ask(changes)).parameters['code'] ?? '',
    push: (changes: Changes = {}) => post('/par', merged({ ...credentials, ...parameters }, changes)),
    redeem: (code: string, changes: Changes = {}) => {
      const base = {
        grant_type: 'authorization_code',
        ...credentials,
        code,
        code_verifier: VERIFIER,
        redirect_uri: parameters['redirect_uri'] ?? '',
      }
      return post('/token', merged(base, changes))
    },
    refresh: (token: unknown) => post('/token', { grant_type: 'refresh_token', ...credentials, refresh_token: String(token) }),
  }
}

/** Where a reply sends the browser, and with what. */
export function answerOf({ status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, unknown>> }) {
  const location = headers['location']
  if (typeof location !== 'string') return { status, place: undefined, parameters: {} as Readonly<Record<string, string | undefined>> }
  const url = new URL(location, ISSUER)
  const place = location.slice(0, location.length - url.search.length)
  return { status, place, parameters: Object.fromEntries(url.searchParams) as Readonly<Record<string, string | undefined>> }
}

/** From now on the first so many reads of such a record wait for each other: whoever asks sees it as it was before anybody changed it. */
export function allAtOnce(house: House, readers: number, of: 'code' | 'device' | 'grant' = 'code'): void {
  const { read } = house.store
  const waiting: (() => void)[] = []
  Object.assign(house.store, {
    read: async (kind: string, id: string) => {
      const row = await read(kind, id)
      if (kind !== of || waiting.length >= readers) return row
      await new Promise<void>((resolve) => {
        if (waiting.push(resolve) >= readers) for (const go of waiting) go()
      })
      return row
    },
  })
}
