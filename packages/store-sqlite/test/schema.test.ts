import { describe, expect, test } from 'vitest'
import { fakeClock } from '@countersign/store-contract'
import { openFile } from '../src/open-file.ts'
import { migrate } from '../src/schema.ts'
import { sqliteStore } from '../src/sqlite-store.ts'
import { ENGINES, withPlace } from './place.ts'

describe.each(ENGINES)('schema (%s)', (engine) => {
  test('an older file is brought forward, step by step, and keeps its rows', () =>
    withPlace(async ({ file }) => {
      const older = ['CREATE TABLE early (a TEXT) STRICT; PRAGMA application_id = 1129539438;']
      const newer = [...older, 'ALTER TABLE early ADD COLUMN b TEXT;', "UPDATE early SET b = a || '!';"]
      const opened = openFile(file, engine)
      opened.exec('DROP TABLE lookup; DROP TABLE record; PRAGMA user_version = 0; PRAGMA application_id = 0')
      migrate(opened, file, older)
      opened.exec("INSERT INTO early (a) VALUES ('kept')")
      migrate(opened, file, newer)
      expect(opened.prepare('SELECT a, b FROM early').get()).toEqual(['kept', 'kept!'])
      expect(opened.prepare('PRAGMA user_version').get()).toEqual([3])
      migrate(opened, file, newer)
      expect(opened.prepare('SELECT a, b FROM early').get()).toEqual(['kept', 'kept!'])
      opened.close()
    }))

  test('a step that fails leaves the file as it was', () =>
    withPlace(async ({ file }) => {
      const opened = openFile(file, engine)
      const steps = ['', 'CREATE TABLE half (a TEXT);', 'CREATE TABLE record (taken TEXT);']
      expect(() => migrate(opened, file, steps)).toThrow(/already exists/)
      expect(opened.prepare('PRAGMA user_version').get()).toEqual([1])
      expect(opened.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").get()).toEqual([0])
      opened.exec('BEGIN IMMEDIATE; COMMIT')
      opened.close()
    }))

  test('a file of a newer version is refused, with the way out, and left alone', () =>
    withPlace(async ({ file }) => {
      const opened = openFile(file, engine)
      opened.exec('PRAGMA user_version = 99')
      opened.close()
      expect(() => openFile(file, engine)).toThrow(
        expect.objectContaining({
          code: 'store_unavailable',
          message: expect.stringContaining('99'),
          hint: expect.stringContaining('newer'),
        }),
      )
    }))

  test('the database of another program is refused and left alone', () =>
    withPlace(async ({ file }) => {
      const opened = openFile(file, engine)
      opened.exec('PRAGMA application_id = 7; PRAGMA journal_mode = DELETE')
      opened.close()
      expect(() => openFile(file, engine)).toThrow(
        expect.objectContaining({ code: 'store_unavailable', message: `'${file}' is the database of another program` }),
      )
    }))

  test('lookups go with their row, also when somebody deletes rows by hand', () =>
    withPlace(async ({ file }) => {
      const clock = fakeClock()
      const store = sqliteStore({ file, clock, engine })
      await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l', 'm'] })
      const byHand = openFile(file, engine)
      byHand.exec("DELETE FROM record WHERE id = 'a'")
      expect(byHand.prepare('SELECT count(*) FROM lookup').get()).toEqual([0])
      expect(await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['m'] })).toBe(true)
      byHand.close()
      await store.close()
    }))

  test('reads, finds, lists and sweeps go through an index', () =>
    withPlace(async ({ file }) => {
      const opened = openFile(file, engine)
      const plan = (sql: string) => String(opened.prepare(`EXPLAIN QUERY PLAN ${sql}`).get()?.[3])
      expect(plan("SELECT * FROM record WHERE kind = 'a' AND id = 'b'")).toContain('INDEX sqlite_autoindex_record_1 (kind=? AND id=?)')
      expect(plan("SELECT * FROM lookup WHERE kind = 'a' AND name = 'b'")).toContain('PRIMARY KEY (kind=? AND name=?)')
      expect(plan("SELECT * FROM record WHERE kind = 'a' AND group_name = 'b' AND sequence > 7 ORDER BY sequence")).toContain(
        'INDEX record_by_group (kind=? AND group_name=? AND sequence>?)',
      )
      expect(plan('SELECT sequence FROM record WHERE expires_at <= 7 ORDER BY expires_at')).toContain('record_by_expiry (expires_at<?)')
      expect(plan('SELECT * FROM lookup WHERE record = 7')).toContain('lookup_by_record (record=?)')
      opened.close()
    }))
})
