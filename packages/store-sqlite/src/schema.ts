/**
 * The tables, and how an older file becomes a newer one. A file says which schema it has; a newer one than ours is refused, never guessed at.
 */
import { CountersignError } from '@countersign/protocol'
import type { Engine } from './engine.ts'

/** "CSgn" in the header of the file: so that no other program's database is taken for ours. */
const APPLICATION_ID = 0x4353676e

/** Each entry brings a file one version further. Never change an entry that was published: add one. */
export const STEPS: readonly string[] = [
  `CREATE TABLE record (
    sequence INTEGER PRIMARY KEY,       -- older rows have smaller ones
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1, -- counts the changes
    value TEXT NOT NULL,                -- JSON
    group_name TEXT,
    expires_at REAL,                    -- milliseconds since 1970; NULL: lives until it is removed
    UNIQUE (kind, id)
  ) STRICT;
  CREATE INDEX record_by_group ON record (kind, group_name, sequence) WHERE group_name IS NOT NULL;
  CREATE INDEX record_by_expiry ON record (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE lookup (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    record INTEGER NOT NULL,            -- its sequence
    PRIMARY KEY (kind, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lookup_by_record ON lookup (record);
  CREATE TRIGGER record_frees_lookups BEFORE DELETE ON record BEGIN
    DELETE FROM lookup WHERE record = old.sequence;
  END;
  PRAGMA application_id = ${APPLICATION_ID};`,
  // A log: every change writes at the end and nowhere else, so a row costs a fraction of a page instead of three pages.
  `CREATE TABLE log (
    position INTEGER PRIMARY KEY,       -- a change moves its row to the end
    since INTEGER NOT NULL,             -- the position at which it was inserted: older rows have smaller ones
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,           -- counts the changes; 0: the row was removed, and other programs have yet to hear of it
    value TEXT NOT NULL,                -- JSON
    lookups TEXT,                       -- a JSON array
    group_name TEXT,
    expires_at REAL                     -- milliseconds since 1970; NULL: lives until it is removed
  ) STRICT;
  INSERT INTO log SELECT sequence, sequence, kind, id, version, value,
    (SELECT json_group_array(name) FROM lookup WHERE record = sequence AND lookup.kind = record.kind), group_name, expires_at FROM record;
  DROP TRIGGER record_frees_lookups;
  DROP TABLE lookup;
  DROP TABLE record;`,
]

/**
 * Brings the file to our schema, in one transaction that holds the write lock: of several programs that open it at once, one does the work.
 * Throws CountersignError `store_unavailable` for a file of another program or of a newer schema, having changed nothing,
 * and what the engine throws when it cannot write.
 */
export function migrate(engine: Engine, file: string, steps: readonly string[] = STEPS): void {
  engine.exec('BEGIN IMMEDIATE')
  try {
    const version = pragma(engine, 'user_version')
    const tables = engine.prepare('SELECT count(*) FROM sqlite_schema').get()?.[0]
    if (tables !== 0 && pragma(engine, 'application_id') !== APPLICATION_ID) {
      throw new CountersignError('store_unavailable', `'${file}' is the database of another program`, { hint: 'name another file' })
    }
    if (version > steps.length) {
      throw new CountersignError(
        'store_unavailable',
        `'${file}' has schema ${version}; this version of Countersign knows ${steps.length}`,
        {
          hint: 'run the newer version of Countersign that wrote the file, or restore a backup made before it',
        },
      )
    }
    for (const step of steps.slice(version)) engine.exec(step)
    if (version < steps.length) engine.exec(`PRAGMA user_version = ${steps.length}`)
    engine.exec('COMMIT')
  } catch (error) {
    rollBack(engine)
    throw error
  }
}

/** Ends a transaction that failed. SQLite may have done so by itself already, and then refuses. */
export function rollBack(engine: Engine): void {
  try {
    engine.exec('ROLLBACK')
  } catch {}
}

function pragma(engine: Engine, name: string): number {
  return Number(engine.prepare(`PRAGMA ${name}`).get()?.[0])
}
