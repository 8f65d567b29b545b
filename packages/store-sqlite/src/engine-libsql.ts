/**
 * libSQL, a fork of SQLite, as a prebuilt native package: for a Node.js without SQLite of its own.
 * What is known of version 0.5.29, and how it is avoided here:
 * - binding a boolean ends the program: `Column` has none;
 * - `all` and `iterate` leave a cursor to the garbage collector: only `get` and `run` are used;
 * - a prepared statement that failed with SQLITE_BUSY stays open: BEGIN and COMMIT go through `exec`, which does not keep its statement;
 * - text read back ends at its first NUL: names with one are written in another way (names.ts);
 * - `close` waits for the garbage collector when statements exist: whoever closes must first have written everything to the main file.
 */
import { createRequire } from 'node:module'
import type Libsql from 'libsql'
import type { Column, Engine, Statement } from './engine.ts'

export function libsqlEngine(file: string): Engine {
  // Loaded when it is needed only: it is native code, and not built for every platform.
  const Database = createRequire(import.meta.url)('libsql') as typeof Libsql
  const database = new Database(file)
  return {
    exec: (sql) => void database.exec(sql),
    prepare(sql): Statement {
      const statement = database.prepare(sql)
      if (statement.reader) statement.raw(true)
      return {
        get: (...values) => statement.get(values) as readonly Column[] | undefined,
        run(...values) {
          const { changes, lastInsertRowid } = statement.run(values)
          return { changes, inserted: Number(lastInsertRowid) }
        },
      }
    },
    close: () => void database.close(),
  }
}
