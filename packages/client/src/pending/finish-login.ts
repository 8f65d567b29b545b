/**
 * The second half of a sign-in that programs share: waiting for its end, taking turns at the polling.
 * Invariant: nobody owns a code. Whoever waits polls when it is time and nobody else has; a program that is killed leaves nothing behind that
 * the others would have to wait for, and all of them hear the same end.
 */
import { CountersignError, type Scope } from '@countersign/protocol'
import type { ConfirmForeign } from '../device/confirm-foreign.ts'
import type { AskCountersign } from '../device/countersign.ts'
import type { LoginEvent } from '../device/login.ts'
import type { Runtime } from '../runtime.ts'
import type { Credential } from '../vault/vault.ts'
import type { Nonces } from '../wire/proven.ts'
import { wait } from '../wire/time.ts'
import { askPerson } from './ask-person.ts'
import { failureOf } from './endings.ts'
import { acceptHost, endLogin, type LoginStores } from './open-login.ts'
import type { LoginEnding, LoginHandle, LoginRecord, PendingLogin } from './pending-logins.ts'
import { takeTurn } from './turn.ts'

export interface FinishLoginOptions {
  /** Asks the person here for the number that the approving page shows. Give it only when somebody is there to answer. */
  readonly askCountersign?: AskCountersign | undefined
  readonly confirmForeign?: ConfirmForeign | undefined
  /**
   * Told as things happen; must not throw. `code` comes first, and again when a code for more scopes takes the place of this one. Polls of
   * other programs are told like one's own.
   */
  readonly onEvent?: ((event: LoginEvent) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** What the signal ends: the wait of this caller only, or, when a person gives up, the sign-in for everybody. `wait` unless told. */
  readonly abortEnds?: 'wait' | 'login' | undefined
}

export interface FinishedLogin {
  readonly credential: Credential
  /** Asked for and not granted. */
  readonly missing: Scope
}

/** Milliseconds between two looks at how things stand. */
const LOOK = 250

/**
 * Waits until the code has ended and gives the credential, which is in the vault then.
 * @throws CountersignError as `login` does, the same for everybody who waits for this code; `aborted` when the signal ends the wait;
 *   `not_signed_in` when there is no such code any more
 */
export async function finishLogin(
  runtime: Runtime,
  stores: LoginStores,
  handle: LoginHandle,
  options: FinishLoginOptions = {},
): Promise<FinishedLogin> {
  const { signal, abortEnds } = options
  try {
    return await follow(runtime, stores, handle, options)
  } catch (error) {
    if (signal?.aborted === true && abortEnds === 'login') {
      const reason = new CountersignError('aborted', 'the sign-in was called off', { hint: 'Start again for a new code.' })
      await endLogin(runtime, stores.pending, handle, reason)
    }
    throw error
  }
}

async function follow(
  runtime: Runtime,
  stores: LoginStores,
  handle: LoginHandle,
  { askCountersign, confirmForeign, onEvent = () => {}, signal }: FinishLoginOptions,
): Promise<FinishedLogin> {
  const { clock, sleep } = runtime
  const { name } = handle
  const nonces: Nonces = new Map()
  let { id } = handle
  let seen: PendingLogin | undefined
  const person = askPerson(runtime, askCountersign, signal)
  try {
    for (;;) {
      const record = await stores.pending.read(name)
      const ending = record?.endings.find((each) => each.id === id)
      if (ending?.how.type === 'replaced') {
        id = ending.how.by
        seen = undefined
        continue
      }
      if (ending !== undefined) return await settled(stores, name, ending, onEvent)
      const login = currentOf(record, id)
      if (seen === undefined) {
        await acceptHost(runtime, stores.pending, { name, id }, login, confirmForeign, true, signal)
        onEvent({ type: 'code', invitation: login.invitation })
      }
      report(seen, login, onEvent)
      seen = login
      const countersign = person.answerTo(login)
      const left = login.poll.due - clock.now()
      if (left <= 0 && mayPoll(login, countersign, clock.now())) {
        await unlessBusy(takeTurn(runtime, stores, { name, id }, { countersign, nonces, signal }))
      } else {
        await wait(sleep, left > 0 ? Math.min(LOOK, left) : LOOK, signal)
      }
    }
  } finally {
    person.leave()
  }
}

/** While a person is being asked, a poll without the number would only tell the server what it knows. */
function mayPoll({ question, invitation }: PendingLogin, countersign: string | undefined, now: number): boolean {
  return question === undefined || countersign !== undefined || now >= invitation.expiresAt
}

function currentOf(record: LoginRecord | undefined, id: string): PendingLogin {
  if (record?.current?.id === id) return record.current
  throw new CountersignError('not_signed_in', 'this sign-in is not under way any more', { hint: 'Start again for a new code.' })
}

/** What has happened since the last look. */
function report(before: PendingLogin | undefined, { poll, polls, trouble }: PendingLogin, tell: (event: LoginEvent) => void): void {
  if (before !== undefined && before.polls === polls) return
  if (before !== undefined && before.poll.interval < poll.interval) tell({ type: 'slowed_down', interval: poll.interval })
  if (trouble !== undefined) tell({ type: 'retrying', why: trouble, until: poll.due })
  tell({ type: 'waiting', until: poll.due })
}

async function settled(
  { vault }: LoginStores,
  name: string,
  { how }: LoginEnding,
  tell: (event: LoginEvent) => void,
): Promise<FinishedLogin> {
  if (how.type === 'failed') throw failureOf(how)
  const credential = await vault.read(name)
  if (credential === undefined || how.type !== 'granted') {
    throw new CountersignError('not_signed_in', 'the sign-in was approved, and ended again by a sign-out', { hint: 'Sign in again.' })
  }
  const { missing } = how
  tell({ type: 'granted', scope: credential.scope, missing })
  return { credential, missing }
}

/** Somebody else is polling, and takes his time. */
async function unlessBusy(turn: Promise<void>): Promise<void> {
  try {
    await turn
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'lock_timeout') throw error
  }
}
