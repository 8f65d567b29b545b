/**
 * The grants that were revoked while access tokens of theirs may still be about (docs/revocation-list.md). Guards that verify tokens
 * themselves read it, so that a revoked one does not live on to its end. Ids of grants are no secrets: they stand in the tokens.
 */
import { listWhole } from './records.ts'
import type { Context } from '../context.ts'

const KIND = 'revoked'
const GROUP = 'all'

/** As long as any access token can live, whatever the setting was when it was made. */
const LONGEST_TOKEN_LIFE_S = 3600
/** A guard whose clock is behind takes tokens for longer. */
const CLOCKS_DISAGREE_S = 300

/** How far back the list reaches, in seconds. */
export const REACHES_BACK = LONGEST_TOKEN_LIFE_S + CLOCKS_DISAGREE_S

/** Puts a grant on the list until the last access token born of it is over. Before the grant itself ends, so that none is ever forgotten between. */
export async function listRevoked({ clock, store }: Pick<Context, 'clock' | 'store'>, grantId: string): Promise<void> {
  const revokedAt = clock.now()
  await store.insert({ kind: KIND, id: grantId, value: { revokedAt }, group: GROUP, expiresAt: revokedAt + REACHES_BACK * 1000 })
}

/** The ids on the list, the oldest first. */
export async function revokedGrants({ store }: Pick<Context, 'store'>): Promise<readonly string[]> {
  return (await listWhole(store, KIND, GROUP)).map(({ id }) => id)
}
