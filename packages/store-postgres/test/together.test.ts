import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { together } from '../src/together.ts'

const late = () => new Error('late')
const turn = () => new Promise((resolve) => setTimeout(resolve, 1))

/** Remembers what is sent, and answers when it is told to. */
function sender() {
  const sent: { readonly asked: readonly number[]; readonly within: number; readonly answer: () => void; readonly fail: () => void }[] = []
  const send = (asked: readonly number[], within: number) =>
    new Promise<readonly string[]>((resolve, reject) => {
      sent.push({ asked, within, answer: () => resolve(asked.map((n) => `answer ${n}`)), fail: () => reject(new Error('away')) })
    })
  return { send, sent }
}

test('what is asked in one turn goes out at once, and each gets its own answer', async () => {
  const { send, sent } = sender()
  const ask = together(send, 1000, late)
  const answers = [1, 2, 3].map(ask)
  expect(sent).toEqual([])
  await turn()
  expect(sent.map(({ asked }) => asked)).toEqual([[1, 2, 3]])
  expect(sent[0]?.within).toBeLessThanOrEqual(1000)
  sent[0]?.answer()
  expect(await Promise.all(answers)).toEqual(['answer 1', 'answer 2', 'answer 3'])
})

test('two are under way at most; what comes meanwhile shares the next one', async () => {
  const { send, sent } = sender()
  const ask = together(send, 1000, late)
  const answers: Promise<string>[] = []
  for (const n of [1, 2, 3, 4, 5]) {
    answers.push(ask(n))
    await turn()
  }
  expect(sent.map(({ asked }) => asked)).toEqual([[1], [2]])
  sent[0]?.answer()
  await turn()
  expect(sent.map(({ asked }) => asked)).toEqual([[1], [2], [3, 4, 5]])
  for (const each of sent) each.answer()
  expect(await Promise.all(answers)).toHaveLength(5)
})

test('more than fit into one go out in several', async () => {
  const { send, sent } = sender()
  const ask = together(send, 1000, late)
  const answers = Array.from({ length: 600 }, (_, n) => ask(n))
  await turn()
  await turn()
  expect(sent.map(({ asked }) => asked.length)).toEqual([256, 256])
  sent[0]?.answer()
  await turn()
  expect(sent.map(({ asked }) => asked.length)).toEqual([256, 256, 88])
  for (const each of sent) each.answer()
  expect((await Promise.all(answers)).at(-1)).toBe('answer 599')
})

test('a failure is told to those who share it, and to nobody else', async () => {
  const { send, sent } = sender()
  const ask = together(send, 1000, late)
  const shared = Promise.allSettled([ask(1), ask(2)])
  await turn()
  const three = ask(3)
  await turn()
  sent[0]?.fail()
  sent[1]?.answer()
  expect(await shared).toEqual([1, 2].map(() => ({ status: 'rejected', reason: new Error('away') })))
  expect(await three).toBe('answer 3')
  const four = ask(4)
  await turn()
  sent[2]?.answer()
  expect(await four).toBe('answer 4')
})

describe('time', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setImmediate'] }))
  afterEach(() => void vi.useRealTimers())

  test('nobody waits longer than he may, before or after his turn', async () => {
    const { send, sent } = sender()
    const ask = together(send, 1000, late)
    const at = (moment: number) => vi.advanceTimersByTimeAsync(moment - performance.now())
    const start = performance.now()
    const [first, second] = [ask(1), (await at(start + 10), ask(2))]
    await at(start + 20)
    const third = ask(3).catch((error: unknown) => error)
    await at(start + 600)
    const fourth = ask(4)
    await at(start + 1020)
    sent[0]?.fail()
    await expect(first).rejects.toThrow('away')
    await at(start + 1030)
    expect(await third).toEqual(new Error('late'))
    expect(sent.map(({ asked }) => asked)).toEqual([[1], [2], [4]])
    expect(sent[2]?.within).toBeGreaterThanOrEqual(1600 - 1030)
    expect(sent[2]?.within).toBeLessThanOrEqual(1600 - 1020)
    sent[1]?.answer()
    sent[2]?.answer()
    expect(await Promise.all([second, fourth])).toEqual(['answer 2', 'answer 4'])
  })
})
