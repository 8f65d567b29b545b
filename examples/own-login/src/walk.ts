/** What has to work once an authority stands beside an application, tried from outside, over HTTP. */
import { openScriptlessBrowser, overHttp, visibleText } from '@countersign-example/first-login/scriptless-browser'
import {
  authorizedFetch,
  discover,
  type Invitation,
  keepCredential,
  login,
  memoryVault,
  type Runtime,
  tokensOf,
  vaultName,
} from '@countersign/client'
import { nodeSuite, systemClock, systemSleep } from '@countersign/node'
import type { OwnLogin } from './login.ts'

export interface Place {
  /** Of the application: its front page greets who is signed in, `/login` is its login, `/api` its API behind a guard. */
  readonly origin: string
  /** Of the client that signs in. */
  readonly clientId: string
}

/**
 * A device signs in, Ada approves with the application's own login, the API takes the token; then Ada leaves.
 * @throws Error that names the first thing that was not as it has to be
 */
export async function walk({ origin, clientId }: Place, own: OwnLogin, tell: (line: string) => void): Promise<void> {
  const runtime: Runtime = { fetch, clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }
  const vault = memoryVault()
  const tokens = tokensOf(runtime, vault)
  const browser = openScriptlessBrowser(origin, overHttp(origin))

  async function approve({ userCode, verificationUri, verificationUriComplete = verificationUri }: Invitation): Promise<void> {
    const loginPage = await browser.get(verificationUriComplete)
    expect(loginPage.body.includes('Sign in to the application'), 'a stranger is sent to the login of the application')
    const back = await browser.submit(loginPage, '/login', { name: 'ada', password: 'analytical engine' })
    expect(back.body.includes(userCode), 'the login leads back to the code')
    const decision = await browser.submit(back, '/device', { user_code: userCode })
    expect(visibleText(decision).includes('as Ada'), 'the authority knows who is signed in to the application')
    const done = await browser.submit(decision, '/device/decide', { confirmed: 'yes', decision: 'approve' })
    expect(done.status === 200, `the approval is taken: ${done.status} ${visibleText(done).slice(0, 200)}`)
  }

  const place = await discover(runtime, `${origin}/api`)
  tell(`the API names its authority, ${place.issuer}`)
  let approving: Promise<void> | undefined
  const failed = new AbortController()
  const signingIn = login(runtime, place, {
    clientId,
    signal: failed.signal,
    onEvent: (event) => {
      if (event.type !== 'code') return
      approving = approve(event.invitation)
      approving.catch((error: unknown) => failed.abort(error))
    },
  })
  const credential = await signingIn.catch(async (error: unknown) => {
    await approving
    throw error
  })
  tell('a device signed in; Ada approved it, signed in to the application as always')

  const name = vaultName(place.issuer, clientId, place.resource, 'default')
  await keepCredential(vault, name, credential)
  const answer = await authorizedFetch(runtime, tokens, name)(`${origin}/api`)
  const { subject } = (await answer.json()) as { subject?: unknown }
  expect(answer.status === 200 && subject === '7', `the API is called in the name of Ada: ${answer.status} ${String(subject)}`)
  tell('the API took the token and knows the person by the id that the application gave her')

  expect(visibleText(await browser.get('/')).includes('Hello Ada'), 'the application goes on as before')
  expect((await browser.get('/auth/nothing-here')).status === 404, 'what neither of the two has is not found')

  own.remove('ada')
  const { accessToken: rejected } = credential
  const refused = await tokens.accessToken(name, { rejected }).catch((error: unknown) => error)
  expect(refused instanceof Error && 'code' in refused && refused.code === 'not_signed_in', 'who left gets no more tokens')
  tell('Ada left the application, and her device gets no more tokens')
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`this does not hold: ${what}`)
}
