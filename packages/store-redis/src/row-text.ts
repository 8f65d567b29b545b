/**
 * A row as Redis keeps it: one line that the scripts read, and the value as JSON behind it, which has no line break.
 *
 *   <version> <end>[ <nonce> <cover> <names>]\n<value>
 *
 * `end`: from then on the row is invisible; `-` for never. A row with lookups or a group has hints elsewhere that lead to it. Its nonce is
 * in each of them: a hint that does not agree with the row leads nowhere. `cover`: until then the hints surely live. `names`: the group
 * and the lookups, to find the hints by.
 */
import type { Row } from '@countersign/authority'
import type { EpochMilliseconds } from '@countersign/protocol'
import { nameOf, textOf } from './names.ts'

const NEVER = '-'

/**
 * What the keys of a row live beyond its end. The clocks of several servers, and one that is put right, may differ by so much without a row
 * being gone before its end.
 */
const SLACK_MS = 60_000
/** A life longer than this is none that anybody waits for, and more than Redis can count. */
const LONGEST_MS = 100 * 365 * 86_400_000

/** An end as text; one that is not a number is an end, not eternity. */
export function endText(end: EpochMilliseconds | undefined): string {
  if (end === undefined || end === Number.POSITIVE_INFINITY) return NEVER
  return Number.isNaN(end) ? '0' : String(end)
}

/** How long Redis keeps what ends then, in milliseconds as text; empty for ever. */
export function lifeText(end: EpochMilliseconds | undefined, now: EpochMilliseconds): string {
  const left = end === undefined ? Number.POSITIVE_INFINITY : Math.ceil(Math.max(0, end - now || 0)) + SLACK_MS
  return left > LONGEST_MS ? '' : String(left)
}

/** What leads to a row from elsewhere. */
export interface Hints {
  readonly nonce: string
  readonly group: string | undefined
  readonly lookups: readonly string[]
}

/** The part of the first line that is about hints. */
export function hintsText({ nonce, group, lookups }: Hints, cover: EpochMilliseconds | undefined): string {
  return ` ${nonce} ${endText(cover)} ${JSON.stringify([group ?? null, ...lookups])}`
}

export function hintsIn(text: string): Hints | undefined {
  const [, nonce, , ...names] = text.split(' ')
  if (nonce === undefined) return undefined
  const [group, ...lookups] = JSON.parse(names.join(' ')) as [string | null, ...string[]]
  return { nonce, group: group ?? undefined, lookups }
}

export interface KeptRow {
  readonly row: Row
  readonly end: EpochMilliseconds
  readonly nonce: string | undefined
}

export function rowIn(text: string, id: string): KeptRow {
  const lineEnd = text.indexOf('\n')
  const [version, end, nonce] = text.slice(0, lineEnd).split(' ', 3)
  return {
    row: { id, version: Number(version), value: JSON.parse(text.slice(lineEnd + 1)) },
    end: end === NEVER ? Number.POSITIVE_INFINITY : Number(end),
    nonce,
  }
}

/** The sum of a counter as COUNT writes it (scripts.ts); 0 when it does not live. */
export function sumIn(text: unknown, now: EpochMilliseconds): number {
  const [sum, end] = typeof text === 'string' ? text.split(' ') : []
  return end !== undefined && (end === NEVER || Number(end) > now) ? Number(sum) : 0
}

/** A hint: the row it leads to and the nonce that row has. */
export interface Hint {
  readonly nonce: string
  readonly id: string
  /** The row lies elsewhere and comes after its hints, so it may be on its way. */
  readonly ahead: boolean
}

/** No nonce holds one of these. */
const WITH_ITS_ROW = '+'
const AHEAD_OF_ITS_ROW = '?'

export function hintText({ nonce, id, ahead }: Hint): string {
  return `${nonce}${ahead ? AHEAD_OF_ITS_ROW : WITH_ITS_ROW}${textOf(id)}`
}

export function hintIn(text: string): Hint {
  const at = text.search(/[+?]/)
  return { nonce: text.slice(0, at), id: nameOf(text.slice(at + 1)), ahead: text[at] === AHEAD_OF_ITS_ROW }
}
