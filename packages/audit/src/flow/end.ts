/** How a way through statements ends. */
import type { Call, Func, Node } from '../neutral/tree.ts'
import { NOTHING, UNKNOWN, type Value } from './value.ts'
import type { Way } from './way.ts'

export type Ending = 'goes on' | 'again' | 'leaves' | 'returns' | 'throws'

export interface End {
  readonly how: Ending
  readonly way: Way
  readonly value?: Value
  readonly at?: Node
  readonly label?: string
}

/** A `break` ends the switch that it stands in, no more. */
export function unbroken(end: End): End {
  return end.how === 'leaves' && end.label === undefined ? { how: 'goes on', way: end.way } : end
}

/** `return true`, to whoever asks again until that comes. */
export function stops({ value }: End): boolean {
  return value !== undefined && value.is === 'constant' && value.value === true
}

/** How the way through `target` goes on where it was called, with what is known there. */
export function backIn(end: End, call: Call, values: ReadonlyMap<string, Value>, target: Func): End {
  const back = { ...end.way, values }
  if (end.how === 'throws' || end.how === 'again') return { ...end, way: back }
  const result = end.how === 'returns' ? (end.value ?? UNKNOWN) : target.decorators.length > 0 ? UNKNOWN : NOTHING
  return { how: 'goes on', way: { ...back, calls: new Map(back.calls).set(call, result) } }
}

/** What a loop within a round is left with: there was perhaps a wait before it began. */
export function since({ waited, raised }: Way, end: End): End {
  return { ...end, way: { ...end.way, waited: waited || end.way.waited, raised: raised || end.way.raised } }
}
