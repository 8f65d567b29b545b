/** What is known of a value while a program is walked through in the mind. */
import type { Func } from '../neutral/tree.ts'

export type Value =
  | { readonly is: 'unknown' }
  | { readonly is: 'constant'; readonly value: string | number | boolean | null }
  /** Something made to be thrown or returned as a failure: the name of its class or sentinel, and what was said with it. */
  | { readonly is: 'error'; readonly name: string; readonly says: readonly string[] }
  | { readonly is: 'object'; readonly fields: ReadonlyMap<string, Value> }
  | { readonly is: 'list'; readonly items: readonly Value[] }
  /** A function that was handed on, with what was known where it was written. */
  | { readonly is: 'function'; readonly func: Func; readonly values: ReadonlyMap<string, Value> }
  /** The answer of the server, or something read from it. */
  | { readonly is: 'reply' }
  /** The answer to what was asked before polling began: it brought what polling needs. */
  | { readonly is: 'success' }

export const UNKNOWN: Value = { is: 'unknown' }
export const NOTHING: Value = { is: 'constant', value: null }
export const REPLY: Value = { is: 'reply' }

/** The program ends: nothing catches that. */
export const EXIT: Value = { is: 'error', name: '<exit>', says: [] }
export const SUCCESS: Value = { is: 'success' }

export function constant(value: string | number | boolean | null): Value {
  return { is: 'constant', value }
}

/** true or false when it is certain, undefined when it could be either. */
export function truthOf(value: Value): boolean | undefined {
  switch (value.is) {
    case 'constant':
      return Boolean(value.value)
    case 'error':
    case 'object':
    case 'function':
      return true
    case 'reply':
      return true
    case 'list':
    case 'success':
    case 'unknown':
      return undefined
  }
}

/** Whether two values are equal: undefined when it could be either. */
export function areEqual(one: Value, other: Value): boolean | undefined {
  // What is absent from an answer is an empty text in Go.
  if (one.is === 'constant' && other.is === 'constant') return (one.value ?? '') === (other.value ?? '')
  if (one.is === 'error' && other.is === 'error') return one.name === other.name
  const nothing = (value: Value): boolean => value.is === 'constant' && value.value === null
  const something = (value: Value): boolean =>
    value.is === 'error' || value.is === 'object' || value.is === 'reply' || value.is === 'success'
  if ((nothing(one) && something(other)) || (nothing(other) && something(one))) return false
  return undefined
}
