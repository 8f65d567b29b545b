/**
 * What the authority asks of a store: atomic moves on versioned records, never create-read-update-delete.
 * The protocol lives in pure functions; a record changes only by reading it, applying one, and swapping if nobody swapped in between.
 * So a store cannot get the protocol wrong, and redeeming twice is impossible in every store that keeps this contract.
 *
 * Contract, for every implementation (`@countersign/store-contract` proves it):
 * - every move is atomic, also against other processes on the same store; `swapAndInsert` says for itself how far it is;
 * - a promise that resolved to "done" is durable to the degree the store promises, and stays visible to every later move;
 * - a row is invisible from `expiresAt` on; its unique lookups are free again from then on;
 * - what is at hand may be answered at once, without a promise; a failure is always a rejection;
 * - values are JSON: what comes back equals what went in, `undefined` members left out; it may be shared and frozen;
 * - when the store is away, every move rejects with a CountersignError `store_unavailable`, and has then changed nothing or is found
 *   done when the move is repeated; `swapAndInsert` may also have swapped without inserting where it is two moves.
 *
 * Advice for stores that are spread over several servers: names of one row that have the same place (`placeOf`) are kept together, so that
 * one move finds them there. Names that are asked for much begin with something that differs, or one server would have them all.
 */
import type { Awaitable, EpochMilliseconds } from '@countersign/protocol'

/** Where a name belongs: its first three characters. Of an id, a lookup, a group, or the key of `once` and `count`. */
export function placeOf(name: string): string {
  return name.slice(0, 3)
}

export interface NewRow {
  /** The table: a short lower-case noun. */
  readonly kind: string
  readonly id: string
  readonly value: object
  /** Names under which this row alone can be found. Insert fails when a living row of the same kind holds one of them. */
  readonly lookups?: readonly string[]
  /** Rows of one group can be listed together. */
  readonly group?: string
  /** `undefined`: the row lives until it is removed. */
  readonly expiresAt?: EpochMilliseconds | undefined
}

export interface Row<Value = unknown> {
  readonly id: string
  readonly version: number
  readonly value: Value
}

export interface Swap {
  readonly kind: string
  readonly id: string
  /** The version that was read. */
  readonly version: number
  readonly value: object
  /** Replaces the row's end of life; without it the row keeps the one it has. */
  readonly expiresAt?: EpochMilliseconds | undefined
}

export interface Store {
  /** Adds a row; `false` when the id or one of the lookups is taken by a living row, and then nothing changed. */
  insert(row: NewRow): Promise<boolean>
  /** The living row of this id. */
  read(kind: string, id: string): Awaitable<Row | undefined>
  /** The living row that holds this lookup. */
  find(kind: string, lookup: string): Awaitable<Row | undefined>
  /** The living rows of a group, oldest first, at most `limit`. `after` is the id of the last row of the page before. */
  list(kind: string, group: string, limit: number, after?: string): Awaitable<readonly Row[]>
  /** Replaces the value and counts the version up by one, if the row lives and its version is still the given one. Lookups and group stay. */
  swap(change: Swap): Promise<boolean>
  /**
   * Swaps and then, only if that happened, inserts a row; tells whether it swapped. A row whose names are taken is not inserted, and the swap stays.
   * One move in memory, on SQLite (one transaction) and on PostgreSQL (one statement): nobody sees the one without the other, and a crash leaves
   * both or neither. Two on Redis, where the rows of a cluster lie on different servers: others may come in between, and a crash may leave the
   * swap without the row. The row without the swap is never there, in no store.
   */
  swapAndInsert(change: Swap, row: NewRow): Promise<boolean>
  /** Removes the row, if it lives and its version is still the given one. Its lookups are free at once. */
  remove(kind: string, id: string, version: number): Promise<boolean>
  /** `true` for exactly one caller until the given moment; for the others `false`. Replay and pacing. */
  once(key: string, until: EpochMilliseconds): Awaitable<boolean>
  /**
   * Adds to a counter, or takes away with a number below zero, and tells its new value. A counter that does not live starts at zero and lives until `until`;
   * a living one keeps its end. Adding 0 reads, and never creates.
   */
  count(key: string, until: EpochMilliseconds, add: number): Awaitable<number>
  /** Frees what has expired, at most `limit` rows in one go; tells how many. Needed for space only, never for correctness. */
  sweep(limit: number): Promise<number>
  /** Waits for what is under way and lets go of every resource. Moves made afterwards reject with `store_unavailable`. */
  close(): Promise<void>
}

/** A store that is elsewhere: whatever it is asked, the answer comes later. */
export type RemoteStore = {
  readonly [Move in keyof Store]: (...given: Parameters<Store[Move]>) => Promise<Awaited<ReturnType<Store[Move]>>>
}
