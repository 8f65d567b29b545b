/**
 * The first half of a sign-in that programs share: there is a code for the name already, or there is one now.
 * Invariant: of all who ask for the same name at the same time one asks the server (RFC 8628 section 3.1), and all show the same code.
 */
import { randomText } from '@countersign/proof'
import { CountersignError, type EpochMilliseconds, type Scope, scopeBeyond, scopeUnion } from '@countersign/protocol'
import { type ConfirmForeign, confirmForeignPage } from '../device/confirm-foreign.ts'
import { beginPolling, next } from '../device/poll.ts'
import { expired } from '../device/poll-once.ts'
import type { Invitation } from '../device/request.ts'
import { askedScope, type DeviceStart, startLogin } from '../device/start.ts'
import type { Discovery } from '../discover.ts'
import type { Runtime } from '../runtime.ts'
import { type Credential, type Vault, vaultName } from '../vault/vault.ts'
import { ended, failed, withCurrent } from './endings.ts'
import type { LoginHandle, LoginRecord, PendingLogin, PendingLogins } from './pending-logins.ts'

/** Where credentials and the sign-ins under way are kept, both reached by the same programs. */
export interface LoginStores {
  readonly vault: Vault
  readonly pending: PendingLogins
}

export interface OpenLoginOptions extends Omit<DeviceStart, 'countersignSupported' | 'timeLimit' | 'key'> {
  /** Lets one person keep several sign-ins to the same place. `default` unless told. */
  readonly profile?: string | undefined
  /** Whether the person here can be asked for the countersign; the server is told when a new code is asked for. */
  readonly countersignSupported?: boolean | undefined
  /**
   * The credential that was looked at and is not enough; absent when there was none. Another one that covers the scope was put there by
   * somebody who has just signed in, and is the answer.
   */
  readonly insufficient?: Credential | undefined
  readonly confirmForeign?: ConfirmForeign | undefined
}

export type OpenedLogin =
  /** Show the invitation, all of it; then `finishLogin`. */
  | (LoginHandle & {
      readonly type: 'pending'
      readonly invitation: Invitation
      /** The code was there already. */
      readonly joined: boolean
    })
  | { readonly type: 'signed_in'; readonly name: string; readonly credential: Credential }

/** Two requests (a nonce may be asked for) have to end before the lock may be taken for abandoned. */
const TIME_LIMIT = 12_000

/**
 * Joins the sign-in that is under way for this issuer, client, resource and profile, or starts one. A person who wants more scopes than the
 * code under way asks for gets a new one for all of them, and whoever waited for the old one goes on with the new one.
 * @throws CountersignError as `login` does, and what the places throw
 */
export async function openLogin(runtime: Runtime, stores: LoginStores, place: Discovery, options: OpenLoginOptions): Promise<OpenedLogin> {
  const { vault, pending } = stores
  const { clientId, confirmForeign, insufficient, signal } = options
  const resource = options.resource ?? place.resource
  const name = vaultName(place.issuer, clientId, resource, options.profile ?? 'default')
  const wanted = askedScope(place, options.scope)

  const found = await pending.locked(
    name,
    async (): Promise<Credential | { readonly login: PendingLogin; readonly joined: boolean }> => {
      const kept = await vault.read(name).catch(() => undefined)
      const record: LoginRecord = (await pending.read(name)) ?? { version: 1, endings: [] }
      const isNew = kept !== undefined && kept.accessToken !== insufficient?.accessToken
      if (isNew && covers(scopeUnion(kept.scope, refusedIn(record)), wanted)) return kept
      const current = alive(record, runtime.clock.now())
      if (current !== undefined && covers(current.scope, wanted)) return { login: current, joined: true }
      const scope = current?.scope === undefined ? wanted : scopeUnion(current.scope, wanted ?? [])
      const start = { ...options, scope: scope ?? [], countersignSupported: options.countersignSupported === true, timeLimit: TIME_LIMIT }
      const { login: started } = await startLogin(runtime, place, start)
      const now = runtime.clock.now()
      const poll = next(beginPolling(started.interval, started.invitation.expiresAt), { type: 'started' }, now).state
      // `--resume` takes what begins with a dash for another option.
      const id = randomText(runtime.suite, 9).replace(/^-/, '_')
      const login: PendingLogin = { ...started, id, poll, polls: 0 }
      const before = ended(record, current === undefined ? failed(expired()) : { type: 'replaced', by: login.id }, now)
      await pending.write(name, withCurrent(before, login))
      return { login, joined: false }
    },
    signal,
  )
  if ('accessToken' in found) return { type: 'signed_in', name, credential: found }
  const { login, joined } = found
  await acceptHost(runtime, pending, { name, id: login.id }, login, confirmForeign, joined, signal)
  return { type: 'pending', name, id: login.id, invitation: login.invitation, joined }
}

/**
 * Lets the person accept a page on another host, once for a code.
 * @throws CountersignError as `confirmForeignPage` does; a code that this call started, or that a person refused, ends with it
 */
export async function acceptHost(
  runtime: Pick<Runtime, 'clock'>,
  pending: PendingLogins,
  handle: LoginHandle,
  login: PendingLogin,
  ask: ConfirmForeign | undefined,
  joined: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!login.invitation.foreign || login.hostAccepted === true) return
  try {
    await confirmForeignPage(login.invitation, ask, signal)
  } catch (error) {
    const refusedHere = signal?.aborted !== true && (ask !== undefined || !joined)
    if (refusedHere && error instanceof CountersignError) await endLogin(runtime, pending, handle, error)
    throw error
  }
  await pending.locked(handle.name, async () => {
    const record = await pending.read(handle.name)
    if (record?.current?.id !== handle.id) return
    await pending.write(handle.name, withCurrent(record, { ...record.current, hostAccepted: true }))
  })
}

/** Ends a code for everybody who waits for it, with this error. Nothing happens when it has ended already. */
export async function endLogin(
  { clock }: Pick<Runtime, 'clock'>,
  pending: PendingLogins,
  { name, id }: LoginHandle,
  error: CountersignError,
): Promise<void> {
  await pending.locked(name, async () => {
    const record = await pending.read(name)
    if (record?.current?.id === id) await pending.write(name, ended(record, failed(error), clock.now()))
  })
}

/** What the server did not grant the last time it was asked: asking again at once would not change that. */
function refusedIn({ endings }: LoginRecord): Scope {
  const how = endings.at(-1)?.how
  return how?.type === 'granted' ? how.missing : []
}

function alive({ current }: LoginRecord, now: EpochMilliseconds): PendingLogin | undefined {
  return current !== undefined && now < current.invitation.expiresAt ? current : undefined
}

/** A request for nothing in particular is covered by any. */
function covers(scope: Scope | undefined, wanted: Scope | undefined): boolean {
  return wanted === undefined || (scope !== undefined && scopeBeyond(wanted, scope).length === 0)
}
