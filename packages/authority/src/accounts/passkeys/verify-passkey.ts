/** Proving with a passkey who one is (Web Authentication Level 3, section 7.2). Every refusal looks the same to whoever tries. */
import type { Exchange, Form } from '@countersign/protocol'
import type { Context } from '../../context.ts'
import { type Attempt, attemptSignIn } from '../../limits/failed-sign-ins.ts'
import type { PasskeyVerifier } from '../../ports/passkey-verifier.ts'
import { type Passkey, readRecord, type Versioned } from '../../records/records.ts'
import { type AssertionAnswer, assertionIn } from './answer.ts'
import { type Challenge, recallChallenge, takeChallenge, type Tie } from './challenge.ts'
import { findPasskey, usePasskey } from './passkeys.ts'
import type { RelyingParty } from './relying-party.ts'

export interface VerifyPorts extends Pick<Context, 'clock' | 'digest' | 'events' | 'store' | 'suite'> {
  readonly party: RelyingParty
  readonly verifier: PasskeyVerifier
}

/** Why a passkey did not do, as the log has it; nobody else is told. */
export type PasskeyRefusal = 'unknown' | 'other_account' | 'not_verified' | 'disabled' | 'replayed' | 'counter'

/**
 * The account of a passkey that answered a challenge of ours, or why not.
 * @param tie what the challenge was made for; with a subject, the passkey must be that person's
 */
export async function verifyPasskey(
  ports: VerifyPorts,
  exchange: Exchange,
  form: Form,
  tie: Tie,
): Promise<{ readonly subject: string } | 'passkey_refused' | 'limited' | 'stale'> {
  const challenge = await recallChallenge(ports, tie, form.get('made'))
  if (challenge === undefined) return 'stale'
  const answer = assertionIn(form)
  const found = answer && (await findPasskey(ports, answer.credential))
  const attempt = await attemptOf(ports, exchange, answer, tie.subject ?? found?.value.subject)
  const prove = async () =>
    answer === undefined || found === undefined ? ('unknown' as const) : judge(ports, { answer, found, challenge, tie })
  const why = await attemptSignIn(ports, attempt, prove, (refusal) => refusal === undefined)
  if (why === 'limited') return why
  if (why === undefined && found !== undefined) return { subject: found.value.subject }
  ports.events({
    type: 'account.passkey_refused',
    why: why ?? 'unknown',
    ...(found === undefined ? {} : { subject: found.value.subject }),
    address: exchange.remoteAddress,
  })
  return 'passkey_refused'
}

async function attemptOf(
  { digest }: VerifyPorts,
  { remoteAddress: address }: Exchange,
  answer: AssertionAnswer | undefined,
  subject: string | undefined,
): Promise<Attempt> {
  return { account: subject ?? (await digest('credential', answer?.credential ?? '')), address }
}

interface Visit {
  readonly answer: AssertionAnswer
  readonly found: Versioned<'passkey'>
  readonly challenge: Challenge
  readonly tie: Tie
}

/** Why it is refused, if it is. All that can be wrong comes before anything is taken. */
async function judge(ports: VerifyPorts, { answer, found, challenge, tie }: Visit): Promise<PasskeyRefusal | undefined> {
  const { party, store, verifier } = ports
  const { publicKey, subject } = found.value
  if (!(await isTheirs(ports, answer, found.value, tie))) return 'other_account'
  const verified = await verifier.verifyAssertion(answer, { ...party, challenge: challenge.challenge }, publicKey)
  if (verified === undefined) return 'not_verified'
  if ((await readRecord(store, 'account', subject))?.value.disabled !== false) return 'disabled'
  if (!(await takeChallenge(ports, challenge))) return 'replayed'
  const outcome = await usePasskey(ports, found, verified.counter)
  if (outcome === 'used') return undefined
  return outcome === 'counter' ? 'counter' : 'unknown'
}

/** Step 6: who nobody knows yet is named by the handle; who is signed in can only be proven by a passkey of their own. */
async function isTheirs({ digest }: VerifyPorts, { userHandle }: AssertionAnswer, { subject }: Passkey, tie: Tie): Promise<boolean> {
  if (tie.subject !== undefined && tie.subject !== subject) return false
  if (tie.subject !== undefined && userHandle === undefined) return true
  return userHandle === (await handleOf({ digest }, subject))
}

/** What a passkey tells of whose it is: always the same for one account, and nothing but that can be read out of it (section 14.6.1). */
export async function handleOf({ digest }: Pick<Context, 'digest'>, subject: string): Promise<string> {
  return digest('user_handle', subject)
}
