/**
 * Judging values that somebody wrote by hand. A reader takes a value and the path of its key, and gives back the value typed,
 * or throws an error that says where, what was expected and what was found.
 */
import { CountersignError } from '@countersign/protocol'
import { plainLine } from '@countersign/node'
import { nearestName } from './nearest-name.ts'

/** @throws CountersignError `configuration_invalid` naming the path */
export type Read<Value> = (value: unknown, path: string) => Value

const LONGEST_SHOWN = 60

export function invalid(path: string, expected: string, found: unknown, hint?: string): CountersignError {
  const message = `${path}: expected ${expected}, found ${describe(found)}`
  return new CountersignError('configuration_invalid', message, hint === undefined ? {} : { hint })
}

function describe(found: unknown): string {
  if (typeof found === 'string') {
    const text = plainLine(found)
    return `"${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text}"`
  }
  if (found === undefined) return 'nothing'
  if (Array.isArray(found)) return 'an array'
  return typeof found === 'object' && found !== null ? 'an object' : JSON.stringify(found)
}

/** A text that is not empty and fits on one line. */
export const line: Read<string> = (value, path) => {
  if (typeof value !== 'string' || value.trim() === '' || plainLine(value) !== value) throw invalid(path, 'a line of text', value)
  return value
}

export const yesOrNo: Read<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw invalid(path, 'true or false', value)
  return value
}

export function oneOf<Name extends string>(...names: readonly Name[]): Read<Name> {
  return (value, path) => {
    const name = names.find((known) => known === value)
    if (name === undefined) throw invalid(path, names.map((known) => `"${known}"`).join(' or '), value)
    return name
  }
}

export function numberBetween(least: number, most: number, unit: string): Read<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !(value >= least && value <= most)) throw invalid(path, `${least} to ${most} ${unit}`, value)
    return value
  }
}

export function listOf<Value>(read: Read<Value>): Read<readonly Value[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw invalid(path, 'an array', value)
    return value.map((each, index) => read(each, `${path}[${index}]`))
  }
}

/** An object with any keys; `readKey` judges them, `read` what they hold. */
export function mapOf<Value>(readKey: Read<string>, read: Read<Value>): Read<Readonly<Record<string, Value>>> {
  return (value, path) => {
    const entries = entriesOf(value, path).map(
      ([key, each]) => [readKey(key, path), read(each, `${path}[${JSON.stringify(key)}]`)] as const,
    )
    return Object.fromEntries(entries)
  }
}

/** An object with no other keys than these; each may be missing. */
export function objectOf<Shape extends object>(readers: { readonly [Key in keyof Shape]: Read<Shape[Key]> }): Read<Partial<Shape>> {
  const known = Object.keys(readers)
  return (value, path) => {
    const found: Partial<Shape> = {}
    for (const [key, each] of entriesOf(value, path)) {
      if (!known.includes(key)) throw unknownKey(path, key, known)
      const name = key as keyof Shape
      found[name] = readers[name](each, path === '' ? key : `${path}.${key}`)
    }
    return found
  }
}

/** The value of a key that must be there. */
export function required<Value>(value: Value | undefined, path: string, expected: string): Value {
  if (value === undefined) throw invalid(path, expected, value)
  return value
}

function entriesOf(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(path === '' ? 'the whole' : path, 'an object', value)
  return Object.entries(value)
}

function unknownKey(path: string, key: string, known: readonly string[]): CountersignError {
  const nearest = nearestName(key, known)
  const hint = nearest === undefined ? `known keys: ${known.join(', ')}` : `did you mean "${nearest}"?`
  return new CountersignError('configuration_invalid', `${path === '' ? '' : `${path}: `}unknown key "${plainLine(key)}"`, { hint })
}
