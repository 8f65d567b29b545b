/** The lock between processes, with files for real and time that is not. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { nodeSuite } from '../../src/index.ts'
import { fileLocks, type LockOptions } from '../../src/vault/index.ts'
import { hasEnded, type LockOwner, thisOwner } from '../../src/vault/lock-owner.ts'
import { run } from '../support/run.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { fakeTime } from '../support/time.ts'

const entropy = nodeSuite()

async function stage() {
  const directory = await temporaryDirectory()
  const time = fakeTime()
  const locks = (options: Partial<LockOptions> = {}) => fileLocks({ clock: time.clock, sleep: time.sleep, entropy, ...options })
  return { directory, path: join(directory, 'a.lock'), time, locks, takeLock: locks() }
}

/** For crowds: each wait of each of them makes the one clock go on. */
const endless = { lifetime: 1e6, patience: 1e6 }
/** The pid of a program that has ended. */
const endedPid = spawnSync(process.execPath, ['-e', '']).pid
const ended = async (more: Partial<LockOwner> = {}): Promise<LockOwner> => ({
  ...(await thisOwner()),
  pid: endedPid,
  started: '1',
  ...more,
})

describe('taking and giving back', () => {
  test('the second waits for the first, and nothing stays behind', async () => {
    const { directory, path, time, takeLock } = await stage()
    const order: string[] = []
    const giveBack = await takeLock(path)
    const second = takeLock(path).then(async (give) => {
      order.push('second')
      await give()
    })
    while (time.waits.length < 5) await new Promise((resolve) => setImmediate(resolve))
    order.push('first gives back')
    await giveBack()
    await second
    expect(order).toEqual(['first gives back', 'second'])
    expect(await readdir(directory)).toEqual([])
  })

  test('only one of many in this program has it at a time', async () => {
    const { directory, path, locks } = await stage()
    const takeLock = locks(endless)
    let inside = 0
    let most = 0
    let rounds = 0
    const worker = async () => {
      for (let round = 0; round < 5; round++) {
        const giveBack = await takeLock(path)
        most = Math.max(most, ++inside)
        await new Promise((resolve) => setImmediate(resolve))
        inside--
        rounds++
        await giveBack()
      }
    }
    await Promise.all(Array.from({ length: 10 }, worker))
    expect({ most, rounds }).toEqual({ most: 1, rounds: 50 })
    expect(await readdir(directory)).toEqual([])
  })

  test('locks of different names do not wait for each other', async () => {
    const { directory, path, time, takeLock } = await stage()
    await takeLock(path)
    await takeLock(join(directory, 'b.lock'))
    expect(time.waits).toEqual([])
  })

  test('waits are between 25 and 60 milliseconds, spread by chance', async () => {
    const { path, time, locks, takeLock } = await stage()
    await takeLock(path)
    for (const [byte, wait] of [
      [0, 25],
      [255, 60],
      [51, 32],
    ] as const) {
      const from = time.waits.length
      const steady = locks({ entropy: { random: (count) => new Uint8Array(count).fill(byte) }, patience: 0.2 })
      await expect(steady(path)).rejects.toMatchObject({ code: 'lock_timeout' })
      expect(new Set(time.waits.slice(from))).toEqual(new Set([wait]))
    }
  })

  test('patience ends, with an error that says what to do, and nothing of the waiter stays', async () => {
    const { directory, path, locks, takeLock } = await stage()
    await takeLock(path)
    const before = await readdir(directory)
    await expect(locks({ patience: 5 })(path)).rejects.toMatchObject({ code: 'lock_timeout', hint: expect.any(String) })
    expect(await readdir(directory)).toEqual(before)
  })

  test('an abort ends the wait, and nothing of the waiter stays', async () => {
    const { directory, path, time, takeLock } = await stage()
    await takeLock(path)
    const before = await readdir(directory)
    const abort = new AbortController()
    const waiting = takeLock(path, abort.signal)
    while (time.waits.length < 3) await new Promise((resolve) => setImmediate(resolve))
    abort.abort('enough')
    await expect(waiting).rejects.toMatchObject({ code: 'aborted', cause: 'enough' })
    await expect(takeLock(path, AbortSignal.abort('before'))).rejects.toMatchObject({ code: 'aborted', cause: 'before' })
    expect(await readdir(directory)).toEqual(before)
  })

  test('a missing directory is an error, not a wait', async () => {
    const { directory, time, takeLock } = await stage()
    await expect(takeLock(join(directory, 'none', 'a.lock'))).rejects.toMatchObject({ code: 'ENOENT' })
    expect(time.waits).toEqual([])
  })
})

describe('owners that ended', () => {
  test('a lock of an ended program is taken at once, and what it left is cleared away', async () => {
    const { directory, path, time, locks, takeLock } = await stage()
    await locks({ owner: await ended() })(path)
    const giveBack = await takeLock(path)
    expect(time.waits).toEqual([])
    await giveBack()
    expect(await readdir(directory)).toEqual([])
  })

  test.runIf(process.platform === 'linux')('a pid that another program has now is not its owner', async () => {
    const { path, time, locks, takeLock } = await stage()
    const here = await thisOwner()
    await locks({ owner: { ...here, started: String(Number(here.started) - 1) } })(path)
    await takeLock(path)
    expect(time.waits).toEqual([])
  })

  test.each([
    ['another host', { host: 'elsewhere' }],
    ['another run of the machine', { boot: 'earlier' }],
    ['another container', { space: 'pid:[1]' }],
  ])('an owner on %s cannot be seen from here: only the deadline counts', async (_where, more) => {
    const { path, time, locks, takeLock } = await stage()
    await locks({ owner: await ended(more), lifetime: 3 })(path)
    const start = time.clock.now()
    await takeLock(path)
    expect(time.clock.now() - start).toBeGreaterThanOrEqual(3000)
  })

  test('this program is running; one that nobody may signal is running too', async () => {
    const here = await thisOwner()
    expect(await hasEnded(here, here)).toBe(false)
    // The first program of the machine or container: it is always there. Its start is not ours to know here.
    expect(await hasEnded({ ...here, pid: 1, started: '' }, here)).toBe(false)
    expect(await hasEnded(await ended(), here)).toBe(true)
    // Programs do not start in the same moment, so that one is not this one.
    if (process.platform === 'linux') expect(await hasEnded({ ...here, pid: 1 }, here)).toBe(true)
  })

  test.runIf(process.platform === 'linux')('a program that ended and was not collected has ended', async () => {
    const here = await thisOwner()
    // The shell becomes `sleep`, which never collects the child that it inherits.
    const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const owner = { ...here, pid: Number(line), started: '' }
    while (!/\) Z /.test(await readFile(`/proc/${owner.pid}/stat`, 'utf8'))) await new Promise((resolve) => setImmediate(resolve))
    expect(await hasEnded(owner, here)).toBe(true)
  })
})

describe('deadlines', () => {
  test('a running owner keeps it until its deadline and loses it then', async () => {
    const { path, time, takeLock } = await stage()
    const start = time.clock.now()
    const giveBack = await takeLock(path)
    const giveBackSecond = await takeLock(path)
    expect(time.clock.now() - start).toBeGreaterThanOrEqual(30_000)
    expect(time.clock.now() - start).toBeLessThan(30_100)
    // The first one comes late, and must not give back what is the second one's now.
    const held = await readFile(path, 'utf8')
    await giveBack()
    expect(await readFile(path, 'utf8')).toBe(held)
    await giveBackSecond()
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('the deadline counts from the taking, not from the start of the wait', async () => {
    const { path, time, locks } = await stage()
    await locks({ lifetime: 3 })(path)
    const second = await locks({ patience: 100 })(path)
    const taken = time.clock.now()
    expect((JSON.parse(await readFile(path, 'utf8')) as { deadline: number }).deadline).toBe(taken + 30_000)
    await second()
  })

  test.each(['', '{"pid":1', '{"nonce":"../../x"}', 'null'])(
    'a file that a crash left as [%s] holds for a lifetime from its writing',
    async (text) => {
      const { path, time, takeLock } = await stage()
      await writeFile(path, text)
      await utimes(path, time.clock.now() / 1000, time.clock.now() / 1000)
      const start = time.clock.now()
      const giveBack = await takeLock(path)
      expect(time.clock.now() - start).toBeGreaterThanOrEqual(29_999)
      await giveBack()
    },
  )
})

describe('those who clear away', () => {
  test('of many who find an ended owner, one at a time gets the lock', async () => {
    const { directory, path, locks } = await stage()
    const takeLock = locks(endless)
    const dying = locks({ ...endless, owner: await ended() })
    let inside = 0
    let most = 0
    const worker = async (index: number) => {
      // Every third one never gives it back, as one that was killed.
      const giveBack = await (index % 3 === 0 ? dying : takeLock)(path)
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside--
      if (index % 3 !== 0) await giveBack()
    }
    await Promise.all(Array.from({ length: 30 }, (_, index) => worker(index)))
    expect(most).toBe(1)
    await (await takeLock(path))()
    expect(await readdir(directory)).toEqual([])
  })

  test('one who ended in the middle of it holds nobody up', async () => {
    const { directory, path, time, locks, takeLock } = await stage()
    await locks({ owner: await ended() })(path)
    const { nonce } = JSON.parse(await readFile(path, 'utf8')) as { nonce: string }
    // As left by a program that had made the name that gives the right to remove, and was killed before it removed.
    const remover = { ...(await ended()), nonce: '0123456789abcdef', deadline: time.clock.now() + 30_000 }
    await writeFile(`${path}.${nonce}.gone`, JSON.stringify(remover))
    const giveBack = await takeLock(path)
    expect(time.waits.length).toBeLessThan(5)
    await giveBack()
    expect(await readdir(directory)).toEqual([])
  })

  test('one who is still at it is waited for', async () => {
    const { directory, path, time, locks } = await stage()
    await locks({ owner: await ended() })(path)
    const held = await readFile(path, 'utf8')
    const { nonce } = JSON.parse(held) as { nonce: string }
    const remover = { ...(await thisOwner()), nonce: '0123456789abcdef', deadline: time.clock.now() + 30_000 }
    await writeFile(`${path}.${nonce}.gone`, JSON.stringify(remover))
    const before = await readdir(directory)
    await expect(locks({ patience: 5 })(path)).rejects.toMatchObject({ code: 'lock_timeout' })
    expect(await readFile(path, 'utf8')).toBe(held)
    expect(await readdir(directory)).toEqual(before)
  })
})

test('fifty programs add one each; every tenth dies with the lock in hand', async () => {
  const directory = await temporaryDirectory()
  const counter = join(directory, 'counter')
  await writeFile(counter, '0')
  const runs = Array.from({ length: 50 }, (_, index) =>
    run('contend', join(directory, 'a.lock'), counter, index % 10 === 0 ? 'die' : 'end'),
  )
  const ends = await Promise.all(runs.map((each) => each.ended))
  expect(ends.filter(({ code }) => code === 0)).toHaveLength(45)
  expect(ends.filter(({ signal }) => signal === 'SIGKILL')).toHaveLength(5)
  expect(await readFile(counter, 'utf8')).toBe('50')
}, 60_000)
