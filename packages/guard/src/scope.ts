/** What scopes cover: some imply others, as far as the operator says so (MCP authorization, scope step-up: hierarchies count). */
import type { Scope } from '@countersign/protocol'

/** For a scope, the scopes it includes; `{ admin: ['write'], write: ['read'] }` makes admin include read. */
export type Implies = Readonly<Record<string, readonly string[]>>

/** The tokens of `required` that `granted` does not cover. */
export type Lacking = (granted: Scope, required: Scope) => Scope

export function createLacking(implies: Implies): Lacking {
  const reach = new Map(Object.keys(implies).map((scope) => [scope, reachOf(scope, implies)]))
  return (granted, required) => {
    const covered = new Set(granted.flatMap((scope) => [...(reach.get(scope) ?? [scope])]))
    return required.filter((scope) => !covered.has(scope))
  }
}

/** The scope and everything it includes, directly or not; circles do no harm. */
function reachOf(scope: string, implies: Implies): ReadonlySet<string> {
  const reached = new Set([scope])
  // A Set visits what is added while it is walked.
  for (const one of reached) for (const next of Object.hasOwn(implies, one) ? (implies[one] ?? []) : []) reached.add(next)
  return reached
}
