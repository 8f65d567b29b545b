/** Initial access tokens (RFC 7591 section 3): an operator hands them out, and each is good for a number of registrations and a while. */
import { CountersignError, type EpochMilliseconds, type Seconds } from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import type { ClientPorts } from '../clients.ts'
import type { Context } from '../../context.ts'
import { change, type InitialAccessToken, listWhole, readRecord, type Versioned } from '../../records/records.ts'

const KIND = 'initial_access_token'
const GROUP = 'all'

export interface InitialAccess {
  /** How many clients may be registered with it; one unless given. */
  readonly registrations?: number
  /** Seven days unless given. */
  readonly life?: Seconds
}

/** An initial access token as it is shown: without the token. */
export interface ShownInitialAccess {
  /** A digest of the token. */
  readonly id: string
  /** How many clients can still be registered with it. */
  readonly remaining: number
  readonly createdAt: EpochMilliseconds
  readonly expiresAt: EpochMilliseconds
}

/**
 * Makes an initial access token. It is told here once and never again: only its digest is kept.
 * @throws CountersignError `usage` for a number or a life that is not positive
 */
export async function addInitialAccessToken(
  { clock, digest, store, suite }: ClientPorts,
  { registrations = 1, life = 7 * 86_400 }: InitialAccess = {},
): Promise<{ readonly token: string; readonly id: string; readonly expiresAt: EpochMilliseconds }> {
  if (!Number.isSafeInteger(registrations) || registrations < 1 || !(life > 0)) {
    throw new CountersignError('usage', 'an initial access token is for at least one registration, and lives for a while')
  }
  const token = randomText(suite, 32)
  const createdAt = clock.now()
  const expiresAt = createdAt + life * 1000
  const value: InitialAccessToken = { remaining: registrations, createdAt, expiresAt }
  const id = await digest(KIND, token)
  await store.insert({ kind: KIND, id, value, group: GROUP, expiresAt })
  return { token, id, expiresAt }
}

/** Those that have not expired, oldest first. */
export async function listInitialAccessTokens({ store }: Pick<ClientPorts, 'store'>): Promise<readonly ShownInitialAccess[]> {
  const rows = (await listWhole(store, KIND, GROUP)) as readonly FoundAccess[]
  return rows.map(({ id, value }) => ({ id, ...value }))
}

/**
 * Takes a token back; what was registered with it stays.
 * @throws CountersignError `usage` when there is none with this id
 */
export async function removeInitialAccessToken({ store }: Pick<ClientPorts, 'store'>, id: string): Promise<void> {
  for (;;) {
    const found = await readRecord(store, KIND, id)
    if (found === undefined) throw new CountersignError('usage', `there is no registration token with the id "${id}"`)
    // Spent meanwhile: then it is another version that has to go.
    if (await store.remove(KIND, id, found.version)) return
  }
}

export type FoundAccess = Versioned<typeof KIND>

/** The record of a token that still lets somebody register. */
export async function findInitialAccess(
  { digest, store }: Pick<Context, 'digest' | 'store'>,
  token: string,
): Promise<FoundAccess | undefined> {
  const found = await readRecord(store, KIND, await digest(KIND, token))
  return found !== undefined && found.value.remaining > 0 ? found : undefined
}

/** Takes one registration off the token; `false` when somebody else had the last one. */
export function spendInitialAccess({ store }: Pick<Context, 'store'>, found: FoundAccess): Promise<boolean> {
  const spend = (access: InitialAccessToken | undefined) => {
    if (access === undefined || access.remaining < 1) return { answer: false }
    return { swapIn: { ...access, remaining: access.remaining - 1 }, answer: true }
  }
  return change(store, KIND, found.id, spend, found)
}
