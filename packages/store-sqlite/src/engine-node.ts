/** The SQLite built into Node.js: nothing to install, kept current with the runtime, and `close` closes at once. */
import type { Column, Engine, Statement } from './engine.ts'

// The type declarations of our lowest Node.js do not know the module; this is the part of it that we use.
interface StatementSync {
  get(...values: readonly Column[]): Readonly<Record<string, Column>> | readonly Column[] | undefined
  /** Younger than the module. */
  setReturnArrays?(on: boolean): void
  run(...values: readonly Column[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
}
interface DatabaseSync {
  exec(sql: string): void
  prepare(sql: string): StatementSync
  close(): void
}
interface SqliteModule {
  readonly DatabaseSync: new (file: string) => DatabaseSync
}

/** `undefined` where the runtime has no such module. */
export function nodeEngine(file: string): Engine | undefined {
  const sqlite = quietly(() => process.getBuiltinModule('node:sqlite') as SqliteModule | undefined)
  if (sqlite === undefined) return undefined
  const database = new sqlite.DatabaseSync(file)
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql): Statement {
      const statement = database.prepare(sql)
      statement.setReturnArrays?.(true)
      return {
        get(...values) {
          const row = statement.get(...values)
          return row === undefined || Array.isArray(row) ? (row as readonly Column[] | undefined) : Object.values(row)
        },
        run(...values) {
          const { changes, lastInsertRowid } = statement.run(...values)
          return { changes: Number(changes), inserted: Number(lastInsertRowid) }
        },
      }
    },
    close: () => database.close(),
  }
}

/** Node.js 22 warns, once, that the module may still change; whoever stands at the terminal can do nothing about it. */
function quietly<T>(load: () => T): T {
  // oxlint-disable-next-line typescript/unbound-method -- put back as it was, never called
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}
