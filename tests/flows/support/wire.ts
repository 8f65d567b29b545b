/** A client that speaks plain HTTP and knows nothing of ours, and a person who approves what it asked for in a browser without scripts. */
import { openScriptlessBrowser, overHttp } from '../../../examples/first-login/src/scriptless-browser.ts'
import { NAME, PASSWORD } from './place.ts'

const CLIENT = 'countersign-cli'
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface Codes {
  readonly deviceCode: string
  readonly userCode: string
  readonly interval: number
}

/** Begins a sign-in (RFC 8628 section 3.1). @throws Error when it is refused */
export async function askForCode(issuer: string, resource: string): Promise<Codes> {
  const { status, body } = await post(`${issuer}/device_authorization`, { client_id: CLIENT, resource })
  const { device_code: deviceCode, user_code: userCode, interval } = body
  if (typeof deviceCode !== 'string' || typeof userCode !== 'string' || typeof interval !== 'number') {
    throw new Error(`no codes, but ${status} ${JSON.stringify(body)}`)
  }
  return { deviceCode, userCode, interval }
}

/** One poll (RFC 8628 section 3.4). */
export function poll(issuer: string, deviceCode: string): Promise<Answer> {
  return post(`${issuer}/token`, { grant_type: DEVICE_CODE, client_id: CLIENT, device_code: deviceCode })
}

export function refresh(issuer: string, refreshToken: unknown): Promise<Answer> {
  return post(`${issuer}/token`, { grant_type: 'refresh_token', client_id: CLIENT, refresh_token: String(refreshToken) })
}

/** Gives a token back (RFC 7009). */
export function revoke(issuer: string, token: unknown): Promise<Answer> {
  return post(`${issuer}/revoke`, { client_id: CLIENT, token: String(token) })
}

/** Who the token speaks for, as the server tells it. */
export async function askWho(issuer: string, accessToken: unknown): Promise<Answer> {
  return read(await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${String(accessToken)}` } }))
}

/** The status and the error code of an answer, to compare at a glance. */
export function inShort({ status, body }: Answer): string {
  return status === 200 ? '200' : `${status} ${String(body['error'])}`
}

/** Signs in once; every code is then decided in the same browser. @param at where the server is that answers for this issuer */
export async function openPerson(issuer: string, at = issuer) {
  const send = overHttp(at)
  const browser = openScriptlessBrowser(issuer, (request) => send({ ...request, path: request.path.replace(issuer, at) }))
  const entry = await browser.signIn(NAME, PASSWORD)
  if (entry.status !== 200) throw new Error(`signing in was answered with ${entry.status}`)

  async function decide(userCode: string, decision: 'approve' | 'deny'): Promise<string> {
    const page = await browser[decision](await browser.enter(userCode))
    if (page.status !== 200) throw new Error(`the decision was answered with ${page.status}`)
    return page.body
  }
  return {
    browser,
    /** What it gives back is the number for the device, or `undefined` when the page shows none. */
    approve: async (userCode: string) => /class="unseen">([\d ]+)</.exec(await decide(userCode, 'approve'))?.[1]?.replaceAll(' ', ''),
    deny: (userCode: string) => decide(userCode, 'deny'),
  }
}

async function post(url: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  return read(await fetch(url, { method: 'POST', body: new URLSearchParams(form) }))
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
}
