/** Real programs on one file: killed in the middle, racing each other, running into the end of the disk. They run the built package. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openFile } from '../src/open-file.ts'
import { sqliteStore } from '../src/sqlite-store.ts'
import { ENGINES, ended, type Place, startFixture, withPlace } from './place.ts'

const clock = { now: () => Date.now() }
const ROUNDS = 4
/** Programs take their time to start where many do. */
const PATIENCE = 30_000

/** Starts a writer and kills it after so many acknowledged moves; tells what it had acknowledged. */
async function killedAfter(moves: number, { file, folder }: Place, engine: string, name: string): Promise<Map<string, number>> {
  const told = join(folder, name)
  const output = openSync(told, 'w')
  const child = startFixture('writer', [file, engine, name], { stdio: ['ignore', output, 'inherit'] })
  closeSync(output)
  const end = ended(child)
  while (readFileSync(told, 'utf8').split('\n').length <= moves) await new Promise((resolve) => setTimeout(resolve, 1))
  child.kill('SIGKILL')
  expect(await end).toBe('SIGKILL')
  const acknowledged = new Map<string, number>()
  for (const line of readFileSync(told, 'utf8').split('\n').slice(0, -1)) {
    const at = line.lastIndexOf(' ')
    acknowledged.set(line.slice(0, at), Number(line.slice(at + 1)))
  }
  return acknowledged
}

describe.each(ENGINES)('programs (%s)', (engine) => {
  test(
    'a program that is killed under load loses no move it was answered, and leaves none half done',
    () =>
      withPlace(async (where) => {
        const acknowledged = new Map<string, number>()
        for (let round = 0; round < ROUNDS; round++) {
          const moves = 20 + Math.floor(Math.random() * 600)
          for (const [id, version] of await killedAfter(moves, where, engine, `w${round}`)) acknowledged.set(id, version)

          const store = sqliteStore({ file: where.file, clock, engine })
          const rows = await store.list('device', 'g', 1_000_000)
          expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length)
          const found = new Map(rows.map((row) => [row.id, row]))
          for (const [id, version] of acknowledged)
            expect([id, found.get(id)?.version ?? 0]).toEqual([id, expect.toSatisfy((has) => has >= version)])
          // A row and its version, value and lookup came to disk together or not at all.
          for (const row of rows) {
            expect(row.value).toMatchObject({ version: row.version })
            expect((await store.find('device', `l ${row.id}`))?.id).toBe(row.id)
            // So did a change and what was inserted with it.
            for (let version = 2; version <= row.version + 2; version += 2)
              expect([version, (await store.read('grant', `${row.id} ${version}`)) !== undefined]).toEqual([
                version,
                version <= row.version,
              ])
          }
          await store.close()
          const opened = openFile(where.file, engine)
          // Where a row was before it changed it may still be, and nobody finds it there; with its version, it is there once.
          expect(opened.prepare('SELECT count(*) - count(DISTINCT kind || id || version) FROM log').get()).toEqual([0])
          expect(opened.prepare('PRAGMA integrity_check').get()).toEqual(['ok'])
          opened.close()
        }
      }),
    PATIENCE,
  )

  test(
    'two programs that open a new file at once, write and race share every row: one wins each, no update is lost',
    () =>
      withPlace(async ({ file }) => {
        const [rows, counts] = [300, 150]
        // On different engines where there are two: they must agree about every lock.
        const children = ['one', 'two'].map((name, index) => {
          const runs = (index === 1 && ENGINES.find((other) => other !== engine)) || engine
          const child = startFixture('racer', [file, runs, name, `${rows}`, `${counts}`], { stdio: ['pipe', 'pipe', 'inherit'] })
          let told = ''
          child.stdout?.on('data', (chunk: Buffer) => {
            told += chunk.toString()
          })
          return { child, lines: () => told.split('\n'), end: ended(child) }
        })
        while (!children.every(({ lines }) => lines()[0] === 'ready')) await new Promise((resolve) => setTimeout(resolve, 1))
        const store = sqliteStore({ file, clock, engine })
        // What the others wrote is there at once.
        for (const name of ['one', 'two']) expect((await store.read('account', name))?.value).toEqual({ name })
        await store.insert({ kind: 'counter', id: 'c', value: { n: 0 } })
        for (let n = 0; n < rows; n++) await store.insert({ kind: 'device', id: `${n}`, value: {} })
        for (const { child } of children) child.stdin?.write('go\n')
        expect(await Promise.all(children.map(({ end }) => end))).toEqual([0, 0])

        const [one, two] = children.map(({ lines }) => new Set(JSON.parse(lines()[1] as string) as number[]))
        for (let n = 0; n < rows; n++) {
          expect([n, one?.has(n)]).toEqual([n, !two?.has(n)])
          expect(await store.read('device', `${n}`)).toMatchObject({ version: 2, value: { by: one?.has(n) ? 'one' : 'two' } })
        }
        expect(await store.read('counter', 'c')).toEqual({ id: 'c', version: 2 * counts + 1, value: { n: 2 * counts } })
        await store.close()
      }),
    PATIENCE,
  )

  test(
    'when the file may not grow any more the move is refused, and everything that was answered is there',
    () =>
      withPlace(async ({ file }) => {
        // 4 or 8 MB a file, in blocks of 512 or 1024 bytes; the shell is there on every system that has such limits.
        const path = fileURLToPath(new URL('fixtures/filler.mjs', import.meta.url))
        const limited = ['-c', 'ulimit -f 8192; exec "$0" "$@"', process.execPath, path, file, engine]
        const child = spawn('sh', limited, { stdio: ['ignore', 'pipe', 'inherit'] })
        let told = ''
        child.stdout.on('data', (chunk: Buffer) => {
          told += chunk.toString()
        })
        await ended(child)
        const { answered, last, code, hint } = JSON.parse(told)
        expect(code).toBe('store_unavailable')
        expect(hint).toMatch(/disk/)
        expect(answered).toBeGreaterThan(50)
        expect(last).toBe(`${answered - 1}`)

        const store = sqliteStore({ file, clock, engine })
        const rows = await store.list('device', 'g', 100_000)
        expect(rows.slice(0, answered).map((row) => row.id)).toEqual(Array.from({ length: answered }, (_, n) => `${n}`))
        // The move that was refused may be found done; repeated, it then says so.
        expect(rows.length - answered).toBeLessThanOrEqual(1)
        expect(await store.insert({ kind: 'device', id: 'after', value: {} })).toBe(true)
        await store.close()
      }),
    PATIENCE,
  )
})
