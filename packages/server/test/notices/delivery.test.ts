import { expect, test } from 'vitest'
import { type Attempt, type NoticeFailure, openDelivery } from '../../src/notices/delivery.ts'

/** Time that passes when it is told to: `pass` ends the waits under way. */
function scene() {
  const waits: { readonly milliseconds: number; readonly end: () => void }[] = []
  const failures: NoticeFailure[] = []
  const delivery = openDelivery('mail', {
    failed: (failure) => void failures.push(failure),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        waits.push({ milliseconds, end: resolve })
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      }),
  })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return { delivery, waits, failures, settle }
}

test('what is under way when the server closes gets a moment to arrive', async () => {
  const { delivery, failures, settle } = scene()
  let arrive: (outcome: Attempt) => void = () => undefined
  delivery.begin(() => new Promise((resolve) => (arrive = resolve)))
  let closed = false
  const closing = delivery.close().then(() => (closed = true))
  await settle()
  expect(closed).toBe(false)
  arrive('arrived')
  await closing
  expect(failures).toEqual([])
})

test('no longer than a moment: then the attempt is told that nobody waits, and the failure is counted', async () => {
  const { delivery, failures, settle, waits } = scene()
  delivery.begin((signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up')))))
  const closing = delivery.close()
  await settle()
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([3_000])
  waits[0]?.end()
  await closing
  expect(failures).toMatchObject([{ via: 'mail', attempts: 1, status: undefined, lost: 1 }])
})

test('an attempt that fails while the server closes is the last', async () => {
  const { delivery, failures, waits } = scene()
  let attempts = 0
  let fail: (outcome: Attempt) => void = () => undefined
  delivery.begin(() => {
    attempts += 1
    return new Promise((resolve) => (fail = resolve))
  })
  const closing = delivery.close()
  fail({ final: false, status: 451 })
  await closing
  expect([attempts, waits.length]).toEqual([1, 1])
  expect(failures).toEqual([{ via: 'mail', attempts: 1, status: 451, lost: 1, cause: undefined }])
})

test('an attempt that throws is one that failed, and what is lost is counted on', async () => {
  const { delivery, failures, settle, waits } = scene()
  for (const status of [550, 554]) delivery.begin(async () => ({ final: true, status }))
  delivery.begin(async () => {
    throw new TypeError('nobody there')
  })
  await settle()
  expect(failures.map(({ lost, status }) => [lost, status])).toEqual([
    [1, 550],
    [2, 554],
  ])
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([2_000])
})
