/**
 * Where the browser ended up, judged before anything in it is used (RFC 6749 section 4.1.2, RFC 9207 section 2.4).
 * Invariant: an answer that is not for this request, or not from this server, is neither used nor repeated to the person.
 */
import { CountersignError } from '@countersign/protocol'
import type { Discovery } from '../discover.ts'
import { readRefusal, refused } from '../wire/refusal.ts'

export interface ExpectedAnswer {
  readonly redirectUri: string
  readonly state: string
}

/**
 * The code in the address.
 * @throws CountersignError `response_mismatch` when it belongs to another request or server, otherwise what the server's refusal means
 */
export function readAuthorizationResponse(address: string, { issuer, metadata }: Discovery, expected: ExpectedAnswer): string {
  const text = address.trim()
  if (!URL.canParse(text) || withoutQuery(text) !== withoutQuery(expected.redirectUri)) {
    throw mismatch(`the address does not begin with ${expected.redirectUri}`)
  }
  const query = new URL(text).searchParams
  // RFC 6749 section 3.1: no parameter more than once.
  if (['code', 'state', 'iss', 'error'].some((name) => query.getAll(name).length > 1)) throw mismatch('the address says something twice')
  // RFC 6749 section 10.12
  if (query.get('state') !== expected.state) throw mismatch('the address belongs to another sign-in (state)')
  const iss = query.get('iss')
  // RFC 9207 section 2.4: compared as text, before code and error alike; and a server that promises it keeps the promise.
  const promised = metadata['authorization_response_iss_parameter_supported'] === true
  if (iss === null ? promised : iss !== issuer) throw mismatch(`the answer does not come from ${issuer} (iss)`)
  const refusal = readRefusal(Object.fromEntries(query))
  if (refusal !== undefined) throw refused(refusal)
  const code = query.get('code')
  if (code === null || code === '') throw mismatch('the address holds no code')
  return code
}

function withoutQuery(text: string): string {
  const { origin, pathname } = new URL(text)
  return origin + pathname
}

function mismatch(what: string): CountersignError {
  return new CountersignError('response_mismatch', what, { hint: 'Nothing of it was used. Start again, and use the newest address only.' })
}
