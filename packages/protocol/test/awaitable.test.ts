import { allKnown, recovered, whenKnown } from '@countersign/protocol'
import { expect, test } from 'vitest'

const fault = new Error('no')

test('what is there is taken at once, and what comes is waited for', async () => {
  expect(whenKnown(20, (value) => value + 1)).toBe(21)
  const later = whenKnown(Promise.resolve(20), (value) => value + 1)
  expect(later).toBeInstanceOf(Promise)
  expect(await later).toBe(21)
  expect(await whenKnown(20, (value) => Promise.resolve(value + 1))).toBe(21)
})

test('a failure is thrown where the value was there, and rejects where it came', async () => {
  const refuse = () => {
    throw fault
  }
  expect(() => whenKnown(20, refuse)).toThrow(fault)
  await expect(whenKnown(Promise.resolve(20), refuse)).rejects.toBe(fault)
  await expect(whenKnown(Promise.reject(fault), () => 'never')).rejects.toBe(fault)
})

test('several are at hand when every one is, and come in their order else', async () => {
  expect(allKnown([1, 2, 3])).toEqual([1, 2, 3])
  const later = allKnown([1, Promise.resolve(2), 3])
  expect(later).toBeInstanceOf(Promise)
  expect(await later).toEqual([1, 2, 3])
  await expect(allKnown([1, Promise.reject(fault), Promise.reject(new Error('another'))])).rejects.toBe(fault)
})

test('what fails is recovered, at once where it failed at once, and what does not is left alone', async () => {
  const heard: unknown[] = []
  const recover = (error: unknown) => {
    heard.push(error)
    return 'instead'
  }
  const thrown = () => {
    throw fault
  }
  expect(recovered(() => 'fine', recover)).toBe('fine')
  expect(await recovered(async () => 'fine', recover)).toBe('fine')
  expect(heard).toEqual([])
  expect(recovered(thrown, recover)).toBe('instead')
  expect(await recovered(() => Promise.reject(fault), recover)).toBe('instead')
  expect(heard).toEqual([fault, fault])
})
