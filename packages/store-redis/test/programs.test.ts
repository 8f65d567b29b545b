/** Several programs on one Redis or one cluster, as servers are: racing each other, and killed in the middle. They run the built package. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openRedis, openRedisCluster, until } from '../../../tests/support/redis.ts'
import { redisStore } from '../src/redis-store.ts'
import { prefixes } from './under-test.ts'

const clock = { now: () => Date.now() }
const SYSTEMS = {
  'one server': async () => {
    const { close, url } = await openRedis()
    return { url, close }
  },
  'a cluster': async () => {
    const { close, servers } = await openRedisCluster()
    return { url: `redis+cluster://127.0.0.1:${servers[0]?.port}`, close }
  },
} as const

function start(name: string, args: readonly string[], output: 'pipe' | number): ChildProcess {
  const path = fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', output, 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))

describe.each(Object.keys(SYSTEMS) as (keyof typeof SYSTEMS)[])('%s', (system) => {
  let opened: { readonly url: string; readonly close: () => Promise<void> }
  beforeAll(async () => {
    opened = await SYSTEMS[system]()
  })
  afterAll(() => opened?.close())
  const prefix = prefixes('p')

  test('programs that race share every row and every name: one wins each, and no update is lost', async () => {
    const own = prefix()
    const [rows, counts] = [200, 100]
    const names = ['one', 'two', 'three']
    const children = names.map((name) => {
      const child = start('racer', [opened.url, own, name, `${rows}`, `${counts}`], 'pipe')
      let told = ''
      child.stdout?.setEncoding('utf8').on('data', (text: string) => void (told += text))
      return { child, lines: () => told.split('\n'), end: ended(child) }
    })
    await until(async () => children.every(({ lines }) => lines()[0] === 'ready'))
    const store = redisStore({ url: opened.url, prefix: own, clock })
    for (const name of names) expect((await store.read('account', name))?.value).toEqual({ name })
    await store.insert({ kind: 'counter', id: 'c', value: { n: 0 } })
    for (let n = 0; n < rows; n++) await store.insert({ kind: 'device', id: `${n}`, value: {} })
    for (const { child } of children) child.stdin?.write('go\n')
    expect(await Promise.all(children.map(({ end }) => end))).toEqual([0, 0, 0])

    const won = children.map(({ lines }) => JSON.parse(lines()[1] as string) as Record<'took' | 'named', number[]>)
    for (let n = 0; n < rows; n++) {
      const by = (what: 'took' | 'named') => names.filter((_, index) => won[index]?.[what].includes(n))
      expect([n, by('took'), by('named')]).toEqual([n, [expect.any(String)], [expect.any(String)]])
      expect(await store.read('device', `${n}`)).toMatchObject({ version: 2, value: { by: by('took')[0] } })
      expect((await store.find('account', `name ${n}`))?.id).toBe(`${by('named')[0]} ${n}`)
    }
    expect(await store.list('account', 'all', 1000)).toHaveLength(rows)
    const total = names.length * counts
    expect(await store.read('counter', 'c')).toEqual({ id: 'c', version: total + 1, value: { n: total } })
    await store.close()
  })

  test('a program that is killed under load leaves every acknowledged row whole, and nothing half done that stays in the way', async () => {
    const own = prefix()
    const folder = mkdtempSync(join(tmpdir(), 'countersign-writer-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const store = redisStore({ url: opened.url, prefix: own, clock })
    for (let round = 0; round < 3; round++) {
      const told = join(folder, `${round}`)
      const output = openSync(told, 'w')
      const child = start('writer', [opened.url, own, `w${round}`], output)
      closeSync(output)
      const end = ended(child)
      const lines = () => readFileSync(told, 'utf8').split('\n').slice(0, -1)
      const moves = 50 + Math.floor(Math.random() * 400)
      await until(async () => lines().length > moves)
      child.kill('SIGKILL')
      expect(await end).toBe('SIGKILL')

      const acknowledged = new Map(lines().map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.at(-1))]))
      const rows = await store.list('device', 'g', 100_000)
      const found = new Map(rows.map((row) => [row.id, row.version]))
      for (const [id, version] of acknowledged)
        expect([id, found.get(id) ?? 0]).toEqual([id, expect.toSatisfy((has: number) => has >= version)])
      for (const row of rows) {
        expect(row.value).toEqual({ version: row.version })
        expect((await store.find('device', `l ${row.id}`))?.id).toBe(row.id)
        // What was to be inserted with a change may be missing when nobody was told, and is never there before it.
        const born = (await store.read('grant', row.id)) !== undefined
        if (acknowledged.get(row.id) === 2 || row.version === 1) expect([row.id, born]).toEqual([row.id, row.version === 2])
      }
      // What it was about to insert when it died can be inserted by somebody else.
      const last = Math.max(...[...acknowledged.keys()].map((id) => Number(id.split(' ')[2])))
      for (let n = 0; n < 8; n++) {
        const id = `${String.fromCharCode(97 + ((last + 1 + n) % 26))} w${round} ${last + 1} ${n}`
        const row = { kind: 'device', id, value: { version: 1 }, lookups: [`l ${id}`], group: 'g' }
        expect(await store.insert(row)).toBe(!found.has(id))
        expect((await store.find('device', `l ${id}`))?.id).toBe(id)
      }
    }
    await store.close()
  })
})
