/** The moves of a Store as SQL. Each is atomic only inside a transaction that holds the write lock (group-commit.ts); reads need none. */
import type { NewRow, Row, Swap } from '@countersign/authority'
import type { Clock } from '@countersign/protocol'
import type { Column, Engine } from './engine.ts'
import { nameOf, textOf } from './names.ts'

/** A value is handed over as its JSON, so that what is no JSON is refused before anything was touched. */
export type Json<T extends { readonly value: object }> = Omit<T, 'value'> & { readonly value: string }

export interface Moves {
  insert(row: Json<NewRow>): boolean
  read(kind: string, id: string): Row | undefined
  find(kind: string, lookup: string): Row | undefined
  list(kind: string, group: string, limit: number, after?: string): readonly Row[]
  swap(change: Json<Swap>): boolean
  remove(kind: string, id: string, version: number): boolean
  sweep(limit: number): number
}

/** A row lives until the moment bound here. */
const LIVES = '(expires_at IS NULL OR expires_at > ?)'
const ENDED = 'expires_at <= ?'

export function sqlMoves(engine: Engine, clock: Clock): Moves {
  const sql = (text: string) => engine.prepare(text)
  const addRow = sql('INSERT INTO record (kind, id, value, group_name, expires_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const dropRow = sql('DELETE FROM record WHERE sequence = ?')
  const dropEnded = sql(`DELETE FROM record WHERE kind = ? AND id = ? AND ${ENDED}`)
  const addLookup = sql('INSERT INTO lookup (kind, name, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  const dropEndedHolder = sql(`DELETE FROM record WHERE sequence = (SELECT record FROM lookup WHERE kind = ? AND name = ?) AND ${ENDED}`)
  const readRow = sql(`SELECT version, value FROM record WHERE kind = ? AND id = ? AND ${LIVES}`)
  const findRow = sql(
    `SELECT version, value, id FROM lookup JOIN record ON sequence = record WHERE lookup.kind = ? AND name = ? AND ${LIVES}`,
  )
  // One answer for the whole page: it leaves no cursor open. A row of `after` that is gone leaves the list to start from the oldest.
  const listRows = sql(
    `SELECT json_group_array(json_array(version, value, id) ORDER BY sequence) FROM (
      SELECT sequence, version, value, id FROM record WHERE kind = ? AND group_name = ? AND ${LIVES}
      AND sequence > coalesce((SELECT sequence FROM record WHERE kind = ? AND id = ?), 0) ORDER BY sequence LIMIT ?)`,
  )
  // Apart, because naming the column costs its index twice, changed or not.
  const swapValue = sql(`UPDATE record SET version = version + 1, value = ? WHERE kind = ? AND id = ? AND version = ? AND ${LIVES}`)
  const swapEnd = sql(`UPDATE record SET expires_at = ? WHERE kind = ? AND id = ?`)
  const removeRow = sql(`DELETE FROM record WHERE kind = ? AND id = ? AND version = ? AND ${LIVES}`)
  const sweepRows = sql(`DELETE FROM record WHERE sequence IN (SELECT sequence FROM record WHERE ${ENDED} ORDER BY expires_at LIMIT ?)`)

  // Not a number would become NULL, and live for ever.
  const endOf = (expiresAt: number) => (Number.isNaN(expiresAt) ? 0 : expiresAt)
  const rowOf = ([version, value, id]: readonly Column[], name?: string): Row => ({
    id: name ?? nameOf(String(id)),
    version: Number(version),
    value: JSON.parse(String(value)),
  })
  /** Adds; when something is in the way that has ended, clears it away and tries again. */
  function claim(add: () => { changes: number; inserted: number }, clear: () => { changes: number }) {
    const added = add()
    if (added.changes === 1) return added
    return clear().changes === 1 ? add() : undefined
  }

  return {
    insert({ kind, id, value, lookups = [], group, expiresAt }) {
      const now = clock.now()
      const name = textOf(id)
      const groupName = group === undefined ? null : textOf(group)
      const row = claim(
        () => addRow.run(kind, name, value, groupName, expiresAt === undefined ? null : endOf(expiresAt)),
        () => dropEnded.run(kind, name, now),
      )
      if (row === undefined) return false
      for (const lookup of new Set(lookups.map(textOf))) {
        const held = claim(
          () => addLookup.run(kind, lookup, row.inserted),
          () => dropEndedHolder.run(kind, lookup, now),
        )
        if (held !== undefined) continue
        dropRow.run(row.inserted)
        return false
      }
      return true
    },
    read(kind, id) {
      const row = readRow.get(kind, textOf(id), clock.now())
      return row && rowOf(row, id)
    },
    find(kind, lookup) {
      const row = findRow.get(kind, textOf(lookup), clock.now())
      return row && rowOf(row)
    },
    list(kind, group, limit, after) {
      if (limit < 1) return []
      const from = after === undefined ? null : textOf(after)
      const page = listRows.get(kind, textOf(group), clock.now(), kind, from, Math.min(limit, Number.MAX_SAFE_INTEGER))
      return (JSON.parse(String(page?.[0])) as Column[][]).map((row) => rowOf(row))
    },
    swap({ kind, id, version, value, expiresAt }) {
      const name = textOf(id)
      if (swapValue.run(value, kind, name, version, clock.now()).changes === 0) return false
      if (expiresAt !== undefined) swapEnd.run(endOf(expiresAt), kind, name)
      return true
    },
    remove: (kind, id, version) => removeRow.run(kind, textOf(id), version, clock.now()).changes === 1,
    sweep: (limit) => sweepRows.run(clock.now(), limit).changes,
  }
}
