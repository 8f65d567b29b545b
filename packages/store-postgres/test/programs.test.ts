/** Real programs on one database: racing each other, killed in the middle. They run the built package. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { atOnce } from '@countersign/store-contract'
import { query, sharedDatabase } from '../../../tests/support/postgres.ts'
import { storeUnderTest } from './under-test.ts'

const { url, release } = await sharedDatabase()
afterAll(release)
const clock = { now: () => Date.now() }

/** Starts a fixture, and collects the lines it writes. */
function start(name: string, ...given: readonly string[]): { child: ChildProcess; lines: () => string[]; end: Promise<unknown> } {
  const path = fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url))
  const child = spawn(process.execPath, [path, ...given], { stdio: ['pipe', 'pipe', 'inherit'] })
  let told = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    told += chunk
  })
  return {
    child,
    lines: () => told.split('\n').slice(0, -1),
    end: new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal))),
  }
}
async function until(condition: () => boolean) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

test('programs that race for rows, names and marks share them: one wins each, and no update is lost', async () => {
  const [rows, counts] = [60, 20]
  const { store, schema, dispose } = await storeUnderTest(url, clock)
  await store.insert({ kind: 'counter', id: 'c', value: { n: 0 } })
  await atOnce(rows, (n) => store.insert({ kind: 'device', id: `${n}`, value: {} }))
  const names = ['one', 'two', 'three']
  const racers = names.map((name) => start('racer', url, schema, name, `${rows}`, `${counts}`))
  await until(() => racers.every(({ lines }) => lines()[0] === 'ready'))
  // What the others wrote is there at once.
  for (const name of names) expect((await store.read('account', name))?.value).toEqual({ name })
  for (const { child } of racers) child.stdin?.write('go\n')
  expect(await Promise.all(racers.map(({ end }) => end))).toEqual([0, 0, 0])

  const told = racers.map(({ lines }) => JSON.parse(lines()[1] ?? '') as Record<'took' | 'named' | 'marked' | 'left', number[]>)
  expect(told.map(({ left }) => left)).toEqual([[], [], []])
  const all = Array.from({ length: rows }, (_, n) => n)
  for (const prize of ['took', 'named', 'marked'] as const) {
    expect(told.flatMap((each) => each[prize]).sort((a, b) => a - b)).toEqual(all)
  }
  for (const [index, name] of names.entries()) {
    for (const n of told[index]?.took ?? []) expect(await store.read('device', `${n}`)).toMatchObject({ version: 2, value: { by: name } })
    for (const n of told[index]?.named ?? []) expect((await store.find('named', `b${n}`))?.id).toBe(`${name} ${n}`)
  }
  expect(await store.read('counter', 'c')).toEqual({ id: 'c', version: 3 * counts + 1, value: { n: 3 * counts } })
  expect(await store.count('hits', 0, 0)).toBe(3 * rows)
  await dispose()
})

test('a program that is killed under load loses no move it was answered, and leaves none half done', async () => {
  const { store, schema, dispose } = await storeUnderTest(url, clock)
  for (const name of ['one', 'two']) {
    const writer = start('writer', url, schema, name)
    await until(() => writer.lines().length > 150)
    writer.child.kill('SIGKILL')
    expect(await writer.end).toBe('SIGKILL')
    const acknowledged = new Map<string, number>()
    for (const line of writer.lines()) acknowledged.set(line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1)))
    const found = new Map((await store.list('device', name, 1_000_000)).map((row) => [row.id, row]))
    for (const [id, version] of acknowledged)
      expect([id, found.get(id)?.version ?? 0]).toEqual([id, expect.toSatisfy((has) => has >= version)])
    for (const row of found.values()) {
      expect(row.value).toEqual({ version: row.version })
      // A change and what was inserted with it are there together, or neither.
      for (let version = 2; version <= row.version + 2; version += 2)
        expect([version, (await store.read('grant', `${row.id} ${version}`)) !== undefined]).toEqual([version, version <= row.version])
    }
  }
  const lost = `SELECT (SELECT count(*) FROM ${schema}.lookup)::int - (SELECT count(lookups) FROM ${schema}.record)::int AS difference`
  expect(await query(url, lost)).toEqual([{ difference: 0 }])
  await dispose()
})
