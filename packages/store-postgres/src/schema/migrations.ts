/**
 * How an empty schema becomes ours, and an older one a newer one. The database says which version it has; one newer than ours is refused,
 * never guessed at. Several servers that start at once do it one after the other, and all but the first find it done.
 */
import { CountersignError } from '@countersign/protocol'
import type { PostgresResult } from '../pool.ts'
import { tables } from './tables.ts'
import { views } from './views.ts'

/** Each entry brings a schema one version further. Never change an entry that was published: add one. */
const STEPS: readonly ((s: string) => string)[] = [tables, views]

export const SCHEMA = 'countersign'

/** "CSgn". With the name of the schema it makes the key of the lock that migrations take turns by. */
const LOCK = 0x4353676e

/**
 * The whole migration as a script for psql, to be run by whoever may create tables. It brings a schema of any older version to ours, and may be
 * run again. The server finds it done, and needs no more than to read and write the tables.
 * @param schema lower-case letters, digits and underscores
 */
export function migrationSql(schema: string = SCHEMA): string {
  return sqlOf(checked(schema), STEPS)
}

/** @throws CountersignError `configuration_invalid` */
export function checked(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) return schema
  throw new CountersignError('configuration_invalid', 'the schema is named by lower-case letters, digits and underscores, 41 at most')
}

function sqlOf(schema: string, steps: readonly ((s: string) => string)[]): string {
  const s = `"${schema}"`
  const parts = steps.map(
    (step, index) => `
DO $step$ BEGIN
IF NOT EXISTS (SELECT FROM ${s}.migration WHERE version = ${index + 1}) THEN
${step(s)}
INSERT INTO ${s}.migration (version) VALUES (${index + 1});
END IF;
END $step$;`,
  )
  return `BEGIN;
SET LOCAL lock_timeout = '30s';
SET LOCAL statement_timeout = 0;
SELECT pg_advisory_xact_lock(${LOCK}, hashtext('${schema}'));
-- Not "IF NOT EXISTS": that wants the right to create schemas, also where there is nothing to create.
DO $step$ BEGIN
IF to_regnamespace('${s}') IS NULL THEN CREATE SCHEMA ${s}; END IF;
IF to_regclass('${s}.migration') IS NULL THEN
  CREATE TABLE ${s}.migration (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
END IF;
END $step$;
${parts.join('\n')}
COMMIT;
`
}

/** Runs one query, or a script of several, whose results nobody asks for. */
export type RunSql = (text: string) => Promise<PostgresResult>

/**
 * Brings the schema to ours, in one transaction. When it is there already, nothing is locked or written.
 * @param place as errors name it
 * @throws CountersignError `store_unavailable` for a schema of a newer version and for a database that cannot hold ours; what the driver throws
 */
export async function migrate(
  run: RunSql,
  place: string,
  schema: string,
  steps: readonly ((s: string) => string)[] = STEPS,
): Promise<void> {
  const refused = (message: string, hint: string) => new CountersignError('store_unavailable', `${place}: ${message}`, { hint })
  const [[server, encoding, table] = []] = (
    await run(
      `SELECT current_setting('server_version_num'), current_setting('server_encoding'), to_regclass('"${schema}".migration')::text`,
    )
  ).rows
  if (Number(server) < 140_000) throw refused('this is a PostgreSQL older than version 14', 'use PostgreSQL 14 or later')
  if (encoding !== 'UTF8') {
    throw refused(`the database has the encoding ${String(encoding)}`, "create it with ENCODING 'UTF8' TEMPLATE template0")
  }
  if (table !== null) {
    const [[version] = []] = (await run(`SELECT coalesce(max(version), 0) FROM "${schema}".migration`)).rows
    if (Number(version) > steps.length) {
      throw refused(
        `the schema "${schema}" has version ${String(version)}; this version of Countersign knows ${steps.length}`,
        'run the newer version of Countersign that wrote it',
      )
    }
    if (Number(version) === steps.length) return
  }
  await run(sqlOf(schema, steps))
}
