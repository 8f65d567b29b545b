import { describe, expect, test } from 'vitest'
import { fakeClock, START } from '@countersign/store-contract'
import { openFile } from '../src/open-file.ts'
import { migrate, STEPS } from '../src/schema.ts'
import { sqliteStore } from '../src/sqlite-store.ts'
import { ENGINES, withPlace } from './place.ts'

describe.each(ENGINES)('schema (%s)', (engine) => {
  test('an older file is brought forward, step by step, and keeps its rows', () =>
    withPlace(async ({ file }) => {
      const older = ['CREATE TABLE early (a TEXT) STRICT; PRAGMA application_id = 1129539438;']
      const newer = [...older, 'ALTER TABLE early ADD COLUMN b TEXT;', "UPDATE early SET b = a || '!';"]
      const opened = openFile(file, engine)
      opened.exec('DROP TABLE log; PRAGMA user_version = 0; PRAGMA application_id = 0')
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
      const steps = ['', 'CREATE TABLE half (a TEXT);', 'CREATE TABLE log (taken TEXT);']
      expect(() => migrate(opened, file, steps)).toThrow(/already exists/)
      expect(opened.prepare('PRAGMA user_version').get()).toEqual([2])
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

  test('a file of the first schema keeps its rows, their names, groups, versions, ends and order', () =>
    withPlace(async ({ file }) => {
      const opened = openFile(file, engine)
      opened.exec('DROP TABLE log; PRAGMA user_version = 0; PRAGMA application_id = 0')
      migrate(opened, file, STEPS.slice(0, 1))
      opened.exec(`
        INSERT INTO record (kind, id, version, value, group_name, expires_at) VALUES
          ('grant', 'b', 3, '{"n":1}', 'g', NULL), ('grant', 'a', 1, '{"n":2}', 'g', ${START + 10}), ('device', 'a', 1, '{}', NULL, NULL);
        INSERT INTO lookup VALUES ('grant', 'l', 1), ('grant', 'm', 1), ('device', 'l', 3);`)
      opened.close()
      const clock = fakeClock()
      const store = sqliteStore({ file, clock, engine })
      const [b, a] = [
        { id: 'b', version: 3, value: { n: 1 } },
        { id: 'a', version: 1, value: { n: 2 } },
      ]
      expect(await store.list('grant', 'g', 10)).toEqual([b, a])
      for (const lookup of ['l', 'm']) expect(await store.find('grant', lookup)).toEqual(b)
      expect(await store.find('device', 'l')).toEqual({ id: 'a', version: 1, value: {} })
      clock.step(10)
      expect(await store.list('grant', 'g', 10)).toEqual([b])
      await store.close()
    }))
})
