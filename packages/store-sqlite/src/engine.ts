/**
 * What the store needs of a SQLite binding; which one it gets is decided in open-file.ts (docs/adr/0001-embedded-store-driver.md).
 * Every call is synchronous, and leaves nothing open behind it: no cursor, no lock, no snapshot.
 */

/** Booleans are missing on purpose: one of the bindings ends the whole program when it is given one. */
export type Column = string | number | null

export interface Statement {
  /** The columns of the first row, if there is one. */
  get(...values: readonly Column[]): readonly Column[] | undefined
  /** How many rows changed, and the number of the row inserted last. */
  run(...values: readonly Column[]): { readonly changes: number; readonly inserted: number }
}

export interface Engine {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}
