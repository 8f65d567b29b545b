/** Every statement of a move, for one schema. Each is a transaction of its own, and all that it needs comes with it, so any connection will do. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** A row lives until the moment bound here: time is the caller's, never the database's. */
const lives = (moment: string) => `(record.expires_at IS NULL OR record.expires_at > ${moment}::float8)`
const COLUMNS = 'record.version, record.value, record.id, record.whole_id'

export type Statements = ReturnType<typeof statementsFor>

export function statementsFor(schema: string) {
  const s = `"${schema}"`
  const passing = (table: string) => ({
    pages: statement(`SELECT pg_relation_size('${s}.${table}'::regclass) / current_setting('block_size')::integer`),
    // By place in the table, so that no write has to keep an index of ends up to date.
    sweep: statement(
      `WITH ended AS MATERIALIZED (
        SELECT ctid FROM ${s}.${table} WHERE ctid >= $1::tid AND ctid < $2::tid AND until <= $3::float8 FOR UPDATE SKIP LOCKED
      ) DELETE FROM ${s}.${table} AS gone USING ended WHERE gone.ctid = ended.ctid`,
    ),
  })
  const swap = (moment: string) =>
    `UPDATE ${s}.record SET version = version + 1, value = $4, expires_at = coalesce($5::float8, expires_at)
      WHERE kind = $1 AND id = $2 AND version = $3::bigint AND ${lives(moment)}`
  return {
    insert: statement(`SELECT ${s}.insert_record($1, $2, $3, $4, $5, $6, $7, $8)`),
    read: statement(`SELECT ${COLUMNS} FROM ${s}.record WHERE kind = $1 AND id = $2 AND ${lives('$3')}`),
    readMany: statement(
      `SELECT ${COLUMNS}, place FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (kind, id, place)
      JOIN ${s}.record ON record.kind = asked.kind AND record.id = asked.id WHERE ${lives('$3')}`,
    ),
    // The last condition: a lookup that somebody left behind when deleting by hand finds nothing.
    find: statement(
      `SELECT ${COLUMNS} FROM ${s}.lookup JOIN ${s}.record ON record.kind = lookup.kind AND record.id = lookup.id
      WHERE lookup.kind = $1 AND lookup.name = $2 AND ${lives('$3')} AND lookup.name = ANY (record.lookups)`,
    ),
    // A row of "after" that is gone leaves the list to start from the oldest.
    list: statement(
      `SELECT ${COLUMNS} FROM ${s}.record WHERE kind = $1 AND group_name = $2 AND ${lives('$3')}
      AND sequence > coalesce((SELECT sequence FROM ${s}.record WHERE kind = $1 AND id = $4), 0) ORDER BY sequence LIMIT $5::bigint`,
    ),
    swap: statement(swap('$6')),
    // The function runs for a row that was swapped, so where there is none it inserts nothing.
    swapAndInsert: statement(
      `WITH swapped AS (${swap('$12')} RETURNING true) SELECT ${s}.insert_record($6, $7, $8, $9, $10, $11, $12, $13) FROM swapped`,
    ),
    // It waits for nobody: a row that somebody else holds is left out, and asked about by itself.
    swapMany: statement(
      `WITH asked AS MATERIALIZED (
        SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::json[], $5::float8[]) WITH ORDINALITY
        AS asked (kind, id, version, value, expires_at, place)
      ), held AS MATERIALIZED (
        SELECT asked.* FROM asked JOIN ${s}.record ON record.kind = asked.kind AND record.id = asked.id AND record.version = asked.version
        WHERE ${lives('$6')} FOR UPDATE OF record SKIP LOCKED
      ) UPDATE ${s}.record SET version = record.version + 1, value = held.value, expires_at = coalesce(held.expires_at, record.expires_at)
      FROM held WHERE record.kind = held.kind AND record.id = held.id RETURNING held.place`,
    ),
    remove: statement(`DELETE FROM ${s}.record WHERE kind = $1 AND id = $2 AND version = $3::bigint AND ${lives('$4')}`),
    // Keys in one order everywhere: two statements that wait for each other's rows would wait for ever.
    once: statement(
      `INSERT INTO ${s}.mark AS held (key, until) SELECT key, until FROM unnest($1::text[], $2::float8[]) AS asked (key, until)
      ORDER BY key COLLATE "C" ON CONFLICT (key) DO UPDATE SET until = excluded.until WHERE held.until <= $3::float8 RETURNING key`,
    ),
    count: statement(
      `INSERT INTO ${s}.counter AS kept (key, until, total) SELECT key, until, added FROM unnest($1::text[], $2::float8[], $3::float8[])
      AS asked (key, until, added) ORDER BY key COLLATE "C" ON CONFLICT (key) DO UPDATE SET
      total = CASE WHEN kept.until <= $4::float8 THEN 0 ELSE kept.total END + excluded.total,
      until = CASE WHEN kept.until <= $4::float8 THEN excluded.until ELSE kept.until END RETURNING key, total`,
    ),
    total: statement(`SELECT key, total FROM ${s}.counter WHERE key = ANY ($1::text[]) AND until > $2::float8`),
    sweep: statement(
      `WITH ended AS MATERIALIZED (
        SELECT kind, id FROM ${s}.record WHERE expires_at <= $1::float8 ORDER BY expires_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED
      ) DELETE FROM ${s}.record AS gone USING ended WHERE gone.kind = ended.kind AND gone.id = ended.id`,
    ),
    marks: passing('mark'),
    counters: passing('counter'),
  }
}

/**
 * The name is made of the text: behind a pooler a connection may already hold what another program prepared, perhaps for another schema,
 * and a name must mean the same to everybody. FNV-1a, 64 bits.
 */
export function statement(text: string): Statement {
  let hash = 0xcbf29ce484222325n
  for (let at = 0; at < text.length; at++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n)
  return { name: `countersign_${hash.toString(36)}`, text }
}
