/** How a way through statements ends. */
import type { Node } from '../neutral/tree.ts'
import type { Value } from './value.ts'
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
