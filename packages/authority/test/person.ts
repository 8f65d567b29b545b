/** A person at an authority in memory. */
import type { Reply } from '@countersign/protocol'
import { openScriptlessBrowser } from '../../../examples/first-login/src/scriptless-browser.ts'
import { type House, ISSUER } from './house.ts'

export interface Browsing {
  readonly address?: string
  readonly headers?: Record<string, string>
}

/** A browser at the given address; ada signs in unless told otherwise. */
export function openBrowser(house: House, { address = '203.0.113.9', headers = {} }: Browsing = {}) {
  const send = (request: { method: string; path: string; headers: Readonly<Record<string, string>>; body: string }) =>
    house.send(request.method, request.path, { headers: request.headers, body: request.body, remoteAddress: address })
  const browser = openScriptlessBrowser(ISSUER, send, headers)
  return { ...browser, signIn: (name = 'ada', password = 'correct horse', path = '/device') => browser.signIn(name, password, path) }
}

/** Signs in, enters the code and decides. */
export async function decide(house: House, userCode: string, decision: 'approve' | 'deny'): Promise<Pick<Reply, 'status' | 'body'>> {
  const browser = openBrowser(house)
  await browser.signIn()
  return browser[decision](await browser.enter(userCode))
}
