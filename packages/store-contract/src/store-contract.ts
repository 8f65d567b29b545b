/**
 * The contract of the Store port as tests: what `ports/store.ts` says, clause by clause. A store that passes can carry the authority.
 *
 *   storeContract('my store', (clock) => ({ store: myStore({ clock }), again: ..., dispose: ... }), { shared: true })
 */
import { test } from 'vitest'
import { changeClauses } from './changes.ts'
import { endClauses, sharedClauses } from './end.ts'
import { expiryClauses } from './expiry.ts'
import { historyClauses, sharedHistoryClauses } from './histories.ts'
import { listClauses } from './list.ts'
import { passingClauses } from './passing.ts'
import { raceClauses } from './races.ts'
import { rowClauses } from './rows.ts'
import { type Clause, fakeClock, type MakeStore } from './under-test.ts'

/** Milliseconds for a clause: a limit for what hangs, not a judgement on speed. A store may be across a network. */
const PATIENCE = 60_000

export interface Traits {
  /** Rows live outside the program: they are there after a restart, and for other programs at the same time. */
  readonly shared: boolean
  /** `swapAndInsert` is a swap and then an insert, and others may come in between. */
  readonly inTwoMoves?: boolean
}

export function storeContract(name: string, makeStore: MakeStore, traits: Traits): void {
  const inTwoMoves = traits.inTwoMoves === true
  const clause: Clause = (title, body) =>
    test(
      `${name}: ${title}`,
      async () => {
        const clock = fakeClock()
        const under = await makeStore(clock)
        try {
          await body({ ...under, clock })
        } finally {
          await under.dispose()
        }
      },
      PATIENCE,
    )
  rowClauses(clause)
  changeClauses(clause)
  listClauses(clause)
  expiryClauses(clause)
  passingClauses(clause)
  raceClauses(clause, inTwoMoves)
  historyClauses(clause, inTwoMoves)
  endClauses(clause)
  if (!traits.shared) return
  sharedClauses(clause)
  sharedHistoryClauses(clause)
}
