import { OAuthError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { turns } from '../src/turns.ts'

function work() {
  let end: (error?: Error) => void = () => undefined
  const done = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error))
  })
  return { done, end }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('as many as allowed run at once, the others wait in order, and one too many is refused', async () => {
  const inTurn = turns(2, 2)
  const works = Array.from({ length: 4 }, work)
  const started: number[] = []
  const results = works.map(({ done }, index) =>
    inTurn(async () => {
      started.push(index)
      await done
      return index
    }),
  )
  const refused = inTurn(async () => 'never').catch((error: unknown) => error)
  await settle()
  expect(started).toEqual([0, 1])
  expect(await refused).toMatchObject({ code: 'temporarily_unavailable', status: 503, headers: { 'retry-after': '2' } })
  expect(await refused).toBeInstanceOf(OAuthError)
  works[1]?.end()
  await settle()
  expect(started).toEqual([0, 1, 2])
  // Room again in the queue: this one waits, and is not refused.
  const late = inTurn(async () => {
    started.push(9)
    return 'late'
  })
  await settle()
  expect(started).toEqual([0, 1, 2])
  for (const { end } of works) end()
  expect(await Promise.all(results)).toEqual([0, 1, 2, 3])
  expect(await late).toBe('late')
})

test('a work that fails gives its place on', async () => {
  const inTurn = turns(1, 1)
  const first = inTurn(() => Promise.reject(new Error('broken')))
  const second = inTurn(async () => 'fine')
  await expect(first).rejects.toThrow('broken')
  expect(await second).toBe('fine')
  expect(await inTurn(async () => 'fine too')).toBe('fine too')
})
