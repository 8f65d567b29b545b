/** Which scopes are there, and which are missing, where one may include others. */
import type { Scope } from '@countersign/protocol'
import type { Provider } from '../providers/provider.ts'

/** What `granted` does not cover of `wanted`. */
export function lacking(wanted: Scope, granted: Scope, implies: Provider['implies'] = {}): Scope {
  const held = new Set<string>()
  const open = [...granted]
  for (let token = open.pop(); token !== undefined; token = open.pop()) {
    if (held.has(token)) continue
    held.add(token)
    if (Object.hasOwn(implies, token)) open.push(...(implies[token] ?? []))
  }
  return wanted.filter((token) => !held.has(token))
}
