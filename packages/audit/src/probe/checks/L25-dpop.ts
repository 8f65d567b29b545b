// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { CheckError, DEVICE_CODE, described, errorOf, type Exam, hasTokens, isWaiting } from '../exam.ts'
import { claimsOf } from '../jwt-claims.ts'
import { newProofKey, type ProofKey, type ProofParts, proofOf } from '../key-proof.ts'
import { gather, skipped } from '../outcome.ts'
import { endpointOf, listOf } from '../server.ts'
import { type Answer, headerOf, textOf } from '../wire/exchange.ts'

const OLD_SECONDS = 3600

/** Whether tokens are bound to the key that was proved (RFC 9449), where the server says that they are. */
export const dpop: Check = {
  id: 'L25',
  title: 'DPoP',
  weight: 3,
  needs: ['approver'],
  rule: 'DF-S21',
  axis: 'tokens',
  severity: 'info',
  fix: 'Bind what is issued to the proven key (cnf.jkt), at every refresh too, and refuse proofs that are stale, repeated or made for something else.',
  run: async (exam) => {
    if (!listOf(exam.server, 'dpop_signing_alg_values_supported').includes('ES256'))
      return skipped('the server does not advertise DPoP with ES256')
    const found = gather()
    const key = newProofKey()
    const code = await exam.open()
    await exam.decide(code, 'approve')
    const tokens = await token(exam, key, { grant_type: DEVICE_CODE, device_code: code.deviceCode })
    if (!hasTokens(tokens)) throw new CheckError(`redeeming with a proof was answered with ${described(tokens)}`)
    const confirmed = claimsOf(textOf(tokens, 'access_token'))['cnf']
    if (textOf(tokens, 'token_type')?.toLowerCase() !== 'dpop')
      found.fail('a token for a proven key is not bound: token_type is not DPoP', tokens)
    else if (textOf(tokens, 'access_token')?.split('.').length === 3 && jktIn(confirmed) !== key.thumbprint)
      found.fail('the token names another key', tokens)

    const refreshToken = textOf(tokens, 'refresh_token')
    if (refreshToken !== undefined && exam.clients.a.secret === undefined) {
      // RFC 9449 section 5: refresh tokens of public clients are bound.
      const stolen = await token(exam, newProofKey(), { grant_type: 'refresh_token', refresh_token: refreshToken })
      if (hasTokens(stolen)) found.fail('a refresh token was used with another key', stolen)
    }
    if (refreshToken !== undefined) await repeatedProof(exam, key, refreshToken, found.fail)
    await badProofs(exam, key, found.fail)
    await atUserinfo(exam, tokens, found.fail)
    return found.outcome('bound to the key, and bad proofs are refused', tokens)
  },
}

/** A token request with a proof; asked for a nonce, it comes again with it (RFC 9449 section 8). */
async function token(exam: Exam, key: ProofKey, form: Record<string, string>, wrong: Partial<ProofParts> = {}): Promise<Answer> {
  const url = exam.tokenEndpoint()
  const right = { method: 'POST', url, issuedAt: exam.clock.now() / 1000 }
  const attempt = (nonce?: string) =>
    exam.post(url, exam.clients.a, form, { headers: { dpop: proofOf(key, { ...right, ...wrong, nonce }) } })
  const answer = await attempt()
  const nonce = headerOf(answer, 'dpop-nonce')
  return errorOf(answer) === 'use_dpop_nonce' && nonce !== '' ? attempt(nonce) : answer
}

/** Each with a living code: a poll that is answered as a poll has had its proof taken. */
async function badProofs(exam: Exam, key: ProofKey, fail: (because: string, seen: Answer) => void): Promise<void> {
  const { deviceCode } = await exam.open()
  const form = { grant_type: DEVICE_CODE, device_code: deviceCode }
  const wrong: readonly (readonly [string, Partial<ProofParts>])[] = [
    ['for another method', { method: 'GET' }],
    ['for another address', { url: 'https://countersign-probe.example/token' }],
  ]
  for (const [how, parts] of wrong) {
    const answer = await token(exam, key, form, parts)
    if (isWaiting(errorOf(answer))) fail(`a proof ${how} was taken`, answer)
  }
  const url = exam.tokenEndpoint()
  const send = (parts: Partial<ProofParts>) =>
    exam.post(url, exam.clients.a, form, {
      headers: { dpop: proofOf(key, { method: 'POST', url, issuedAt: exam.clock.now() / 1000, ...parts }) },
    })
  const stale = await send({ issuedAt: exam.clock.now() / 1000 - OLD_SECONDS })
  if (isWaiting(errorOf(stale))) fail('a proof of an hour ago was taken', stale)
}

/** At refreshes that succeed: some servers look a proof up only then. */
async function repeatedProof(
  exam: Exam,
  key: ProofKey,
  refreshToken: string,
  fail: (because: string, seen: Answer) => void,
): Promise<void> {
  const id = `countersign-probe-${key.thumbprint}`
  const first = await token(exam, key, { grant_type: 'refresh_token', refresh_token: refreshToken }, { id })
  const newest = textOf(first, 'refresh_token')
  if (newest === undefined) return
  const again = await token(exam, key, { grant_type: 'refresh_token', refresh_token: newest }, { id })
  if (hasTokens(again)) fail('a proof was taken twice', again)
}

async function atUserinfo(exam: Exam, tokens: Answer, fail: (because: string, seen: Answer) => void): Promise<void> {
  const url = endpointOf(exam.server, 'userinfo_endpoint')
  const accessToken = textOf(tokens, 'access_token') ?? ''
  if (url === undefined || textOf(tokens, 'token_type')?.toLowerCase() !== 'dpop') return
  const bare = await exam.wire.send({ url, headers: { authorization: `Bearer ${accessToken}` } })
  if (bare.status === 200) fail('a bound token was taken without a proof', bare)
  const other = proofOf(newProofKey(), { method: 'GET', url, issuedAt: exam.clock.now() / 1000, accessToken })
  const stolen = await exam.wire.send({ url, headers: { authorization: `DPoP ${accessToken}`, dpop: other } })
  if (stolen.status === 200) fail('a bound token was taken with the proof of another key', stolen)
}

function jktIn(confirmation: unknown): unknown {
  return typeof confirmation === 'object' && confirmation !== null && 'jkt' in confirmation ? confirmation.jkt : undefined
}
