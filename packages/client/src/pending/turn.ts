/**
 * One poll of a sign-in that programs share, made by whoever comes first when it is time for one.
 * Invariants: the pace holds across programs and across kills (RFC 8628 section 3.5), since the next poll is put down before this one is
 * made; a credential is in the vault before anybody is told that there is one.
 */
import { CountersignError, type EpochMilliseconds } from '@countersign/protocol'
import { next } from '../device/poll.ts'
import { expired, pollOnce, tokensIn } from '../device/poll-once.ts'
import { credentialOf } from '../device/start.ts'
import type { Runtime } from '../runtime.ts'
import type { TokenOutcome } from '../token/request.ts'
import { discardTokens } from '../token/revocation.ts'
import { keepCredential } from '../tokens.ts'
import { bindKey, type Nonces } from '../wire/proven.ts'
import { ended, failed, withCurrent } from './endings.ts'
import type { LoginStores } from './open-login.ts'
import type { LoginEnding, LoginHandle, PendingLogin } from './pending-logins.ts'

/** Two requests (a nonce may be asked for) have to end before the lock may be taken for abandoned. */
const TIME_LIMIT = 12_000

export interface Turn {
  /** What the person has typed, if the server asked. */
  readonly countersign: string | undefined
  readonly nonces: Nonces
  readonly signal: AbortSignal | undefined
}

/** Polls once, unless it is too early, somebody else has done it, or a person is being asked. */
export async function takeTurn(runtime: Runtime, stores: LoginStores, { name, id }: LoginHandle, turn: Turn): Promise<void> {
  const { clock } = runtime
  const { vault, pending } = stores
  await pending.locked(
    name,
    async () => {
      const record = await pending.read(name)
      const login = record?.current
      if (record === undefined || login?.id !== id) return
      const end = (how: LoginEnding['how']) => pending.write(name, ended(record, how, clock.now()))

      const { state, action } = next(login.poll, { type: 'waited' }, clock.now())
      if (action.type === 'expire') return end(failed(expired()))
      const askedElsewhere = login.question !== undefined && turn.countersign === undefined
      if (action.type !== 'poll' || askedElsewhere) return
      const kept = await vault.read(name).catch(() => undefined)
      // Killed after the credential was kept and before it was told.
      if (kept?.key.kty === login.key.kty && kept.key.d === login.key.d) return end({ type: 'granted', missing: [] })

      const ahead = { ...next(state, { type: 'pending' }, clock.now()).state, failures: state.failures }
      await pending.write(name, withCurrent(record, { ...login, poll: ahead }))
      const sentAt = clock.now()
      const outcome = await poll(runtime, login, turn)
      const after = next(state, outcome, clock.now())
      if (after.action.type !== 'stop') {
        const { trouble: _trouble, question, ...lasting } = login
        const asked = questionAfter(question, outcome, turn)
        const told = {
          ...(outcome.type === 'unanswered' ? { trouble: outcome.why } : {}),
          ...(asked === undefined ? {} : { question: asked }),
        }
        return pending.write(name, withCurrent(record, { ...lasting, ...told, poll: after.state, polls: login.polls + 1 }))
      }
      await end(await settle(runtime, stores, name, login, { outcome, sentAt }, turn))
    },
    turn.signal,
  )
}

async function poll(runtime: Runtime, login: PendingLogin, { countersign, nonces, signal }: Turn): Promise<TokenOutcome> {
  const { clientId, authentication, resource, deviceCode, endpoints } = login
  const binding = await bindKey(runtime, login.key, nonces)
  const grant = { deviceCode, countersign }
  const request = { endpoint: endpoints.token, clientId, authentication, resource, grant, timeLimit: TIME_LIMIT, signal }
  return pollOnce(runtime, binding, request)
}

/** The question that stays open, or the next one. */
function questionAfter(before: PendingLogin['question'], outcome: TokenOutcome, { countersign }: Turn): PendingLogin['question'] {
  if (outcome.type !== 'countersign_required') return before
  const told = outcome.told === undefined ? {} : { told: outcome.told }
  return { number: (before?.number ?? 0) + 1, wrong: countersign !== undefined, ...told }
}

/** What the last answer means for everybody. */
async function settle(
  runtime: Runtime,
  { vault }: LoginStores,
  name: string,
  login: PendingLogin,
  { outcome, sentAt }: { readonly outcome: TokenOutcome; readonly sentAt: EpochMilliseconds },
  { nonces }: Turn,
): Promise<LoginEnding['how']> {
  const binding = await bindKey(runtime, login.key, nonces)
  try {
    const tokens = tokensIn(outcome)
    const { credential, missing } = await credentialOf(runtime, binding, login, { tokens, sentAt })
    try {
      // No signal from here on: what was granted is kept, whoever stops waiting.
      await keepCredential(vault, name, credential)
    } catch (error) {
      // Tokens that nobody holds must not stay alive.
      const { clientId, authentication, endpoints } = login
      await discardTokens(runtime, binding, { endpoint: endpoints.revocation, clientId, authentication }, tokens)
      throw error
    }
    return { type: 'granted', missing }
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error
    return failed(error)
  }
}
