import { expect, test } from 'vitest'
import { crowdAt } from '../src/crowd.ts'
import { readsOver } from '../src/reads.ts'
import { turns } from '../src/turn.ts'

/** Redis with a text for every key but those that begin with `no`. */
function listening(refuse?: Error) {
  const asked: string[][] = []
  const ask = async (command: string, ...keys: (string | number)[]) => {
    asked.push([command, ...keys.map(String)])
    if (refuse !== undefined) throw refuse
    const texts = keys.map((key) => (String(key).startsWith('no') ? null : `text of ${key}`))
    return command === 'MGET' ? texts : texts[0]
  }
  return { asked, ask }
}
const asIs = (text: unknown) => text
const readsFrom = (redis: ReturnType<typeof listening>, spread = false) =>
  readsOver(redis, { crowd: crowdAt('Redis'), turn: turns(), spread })
const reading = (redis: ReturnType<typeof listening>, spread: boolean) => {
  const { share } = readsFrom(redis, spread)
  return (key: string) => share(key, asIs)
}

test('what is asked for in one turn is one command, each key in it once, and everybody hears of his own', async () => {
  const redis = listening()
  const read = reading(redis, false)
  expect(await Promise.all(['a', 'b', 'a', 'none', 'b'].map(read))).toEqual(['text of a', 'text of b', 'text of a', null, 'text of b'])
  expect(redis.asked).toEqual([['MGET', 'a', 'b', 'none']])
  expect(await read('a')).toBe('text of a')
  expect(redis.asked.slice(1)).toEqual([['GET', 'a']])
})

test('a text that is shared is understood once, however many ask for it', async () => {
  const { read, share } = readsFrom(listening())
  let understood = 0
  const understand = (text: unknown) => ({ text, times: ++understood })
  const [one, other, own] = await Promise.all([share('a', understand), share('a', understand), read('a', asIs)])
  expect(one).toEqual({ text: 'text of a', times: 1 })
  expect(other).toBe(one)
  expect(own).toBe('text of a')
  expect(await share('a', understand)).toEqual({ text: 'text of a', times: 2 })
})

test('what is asked for after a command has left is read anew, also when the answer to the first is not there yet', async () => {
  const redis = listening()
  let answer: () => void = () => undefined
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const { ask } = redis
  redis.ask = async (...given) => answered.then(() => ask(...given))
  const read = reading(redis, false)
  const first = read('a')
  await new Promise((resolve) => setImmediate(resolve))
  const second = read('a')
  await new Promise((resolve) => setImmediate(resolve))
  answer()
  await Promise.all([first, second])
  expect(redis.asked).toEqual([
    ['GET', 'a'],
    ['GET', 'a'],
  ])
})

test('where keys lie on several servers each is asked for by itself, and still once', async () => {
  const redis = listening()
  const read = reading(redis, true)
  expect(await Promise.all(['a', 'b', 'a'].map(read))).toEqual(['text of a', 'text of b', 'text of a'])
  expect(redis.asked).toEqual([
    ['GET', 'a'],
    ['GET', 'b'],
  ])
})

test('where keys lie on several servers, one that is away is missed by those only who ask for what it has', async () => {
  const redis = listening()
  const { ask } = redis
  redis.ask = async (command, key = '') => (key === 'lost' ? Promise.reject(new Error('gone')) : ask(command, key))
  const answers = await Promise.allSettled(['a', 'lost', 'b', 'lost'].map(reading(redis, true)))
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
})

test('a text that cannot be understood fails for those who asked for it', async () => {
  const { read } = readsFrom(listening())
  const answers = await Promise.allSettled([read('a', (text) => JSON.parse(String(text))), read('b', asIs)])
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
})

test('a command holds 64 keys', async () => {
  const redis = listening()
  const keys = Array.from({ length: 150 }, (_, n) => `k${n}`)
  expect(await Promise.all(keys.map(reading(redis, false)))).toEqual(keys.map((key) => `text of ${key}`))
  expect(redis.asked.map((command) => command.length - 1)).toEqual([64, 64, 22])
})

test('a command that fails fails for everybody who is in it, and for nobody after', async () => {
  const redis = listening(new Error('gone'))
  const read = reading(redis, false)
  const answers = await Promise.allSettled(['a', 'b', 'a'].map(read))
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
})
