/**
 * Names as keys. The place of a name is the hash tag of every key made of it (Redis Cluster specification, "Hash tags"): names of one place
 * lie in one slot, so one script can move all of them at once.
 */
import { placeOf } from '@countersign/authority'

/** What a key is for; the mark stands between kind and name. */
export interface KeyNames {
  row(kind: string, id: string): string
  /** Holds which row a lookup leads to. */
  lookup(kind: string, name: string): string
  /** Holds which rows a group may have. */
  group(kind: string, name: string): string
  /** Says that the row of this nonce must not be inserted any more; at the place of the row. */
  refusal(kind: string, id: string, nonce: string): string
  once(name: string): string
  counter(name: string): string
}

const SAFE = /^[\w-]*$/

/** The place of a name as a hash tag. Two places may share one: it needs to be the same for the same place, and no more than that. */
export function tagOf(name: string): string {
  const place = placeOf(name)
  return SAFE.test(place) ? place : place.replace(/[^\w-]/g, (unit) => unit.charCodeAt(0).toString(36))
}

/** What digests and random texts are made of. */
const PLAIN = /^[\w:.-]*$/

/**
 * A name as Redis can hold it. Lone surrogates all become the same bytes in UTF-8, and two names must never become one: so they are
 * escaped as JSON does it, and so is the escape.
 */
export function textOf(name: string): string {
  return PLAIN.test(name) ? name : JSON.stringify(name).slice(1, -1)
}

export function nameOf(text: string): string {
  return JSON.parse(`"${text}"`) as string
}

/** The keys below a prefix. A kind is a plain noun, so the mark behind it is the first one. */
export function keysUnder(prefix: string): KeyNames {
  const start = `{${prefix}:`
  const key = (name: string, mark: string, text?: string) => `${start}${tagOf(name)}}${mark}${text ?? textOf(name)}`
  return {
    row: (kind, id) => key(id, `${kind}:`),
    lookup: (kind, name) => key(name, `${kind}=`),
    group: (kind, name) => key(name, `${kind}+`),
    refusal: (kind, id, nonce) => key(id, `${kind}-`, nonce),
    once: (name) => key(name, '!'),
    counter: (name) => key(name, '#'),
  }
}
