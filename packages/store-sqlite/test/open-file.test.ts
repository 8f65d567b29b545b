import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fakeClock } from '@countersign/store-contract'
import { openFile } from '../src/open-file.ts'
import { sqliteStore } from '../src/sqlite-store.ts'
import { ENGINES, ended, startFixture, withPlace } from './place.ts'

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
const refusal = (hint: RegExp) =>
  expect.objectContaining({ name: 'CountersignError', code: 'store_unavailable', hint: expect.stringMatching(hint) })

describe.each(ENGINES)('opening (%s)', (engine) => {
  test('a new file, the files beside it and a new directory are for our eyes only', () =>
    withPlace(async ({ folder }) => {
      const directory = join(folder, 'state')
      const store = sqliteStore({ file: join(directory, 'store.db'), clock: fakeClock(), engine })
      await store.insert({ kind: 'device', id: 'a', value: {} })
      expect(mode(directory)).toBe('700')
      const files = readdirSync(directory).sort()
      expect(files).toEqual(['store.db', 'store.db-shm', 'store.db-wal'])
      expect(files.map((name) => mode(join(directory, name)))).toEqual(['600', '600', '600'])
      await store.close()
    }))

  test('a directory that was there keeps its mode', () =>
    withPlace(async ({ folder }) => {
      const directory = join(folder, 'state')
      mkdirSync(directory)
      chmodSync(directory, 0o750)
      openFile(join(directory, 'store.db'), engine).close()
      expect(mode(directory)).toBe('750')
    }))

  test('a commit is whole or not there, and we flush it; the log is kept in check by us alone, and a lock is waited for briefly', () =>
    withPlace(async ({ file }) => {
      const opened = openFile(file, engine)
      const pragma = (name: string) => opened.prepare(`PRAGMA ${name}`).get()?.[0]
      expect(pragma('journal_mode')).toBe('wal')
      expect(pragma('synchronous')).toBe(1)
      expect(pragma('wal_autocheckpoint')).toBe(0)
      expect(pragma('busy_timeout')).toBe(5)
      opened.close()
    }))

  test('after close the main file alone holds everything', () =>
    withPlace(async ({ file }) => {
      const store = sqliteStore({ file, clock: fakeClock(), engine })
      await store.insert({ kind: 'device', id: 'a', value: {} })
      await store.close()
      const log = `${file}-wal`
      expect(readdirSync(join(file, '..')).includes('store.db-wal') ? statSync(log).size : 0).toBe(0)
    }))

  test('each way a file cannot be used is told, with what to do about it', () =>
    withPlace(async ({ folder, file }) => {
      const text = join(folder, 'text')
      writeFileSync(text, 'not a database, and long enough to be looked at as one. '.repeat(50))
      const before = statSync(text)
      expect(() => openFile(text, engine)).toThrow(refusal(/name a file that Countersign made/))
      expect([statSync(text).size, statSync(text).mtimeMs]).toEqual([before.size, before.mtimeMs])
      expect(() => openFile(folder, engine)).toThrow(refusal(/check that the path is a file/))
      expect(() => openFile(join(folder, 'no', 'such', 'store.db'), engine)).toThrow(refusal(/make the directory above '.*no\/such' first/))
      expect(() => openFile(join(text, 'store.db'), engine)).toThrow(refusal(/check the path/))
      expect(() => openFile('/proc/countersign/store.db', engine)).toThrow(refusal(/directory|path/))
      openFile(file, engine).close()
      expect(readdirSync(folder).sort().slice(0, 1)).toEqual(['store.db'])
    }))

  test('a file this user may only read is refused', () =>
    withPlace(async ({ folder, file }) => {
      openFile(file, engine).close()
      chmodSync(file, 0o444)
      chmodSync(folder, 0o755)
      // A superuser may write everywhere: the attempt is made as nobody then.
      const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
      const child = startFixture('open', [file, engine], { stdio: ['ignore', 'pipe', 'inherit'], ...nobody })
      let told = ''
      child.stdout?.on('data', (chunk: Buffer) => {
        told += chunk.toString()
      })
      expect(await ended(child)).toBe(0)
      expect(JSON.parse(told)).toMatchObject({ code: 'store_unavailable', hint: expect.stringContaining('writable') })
    }))
})
