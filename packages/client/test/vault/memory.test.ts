import { memoryVault } from '@countersign/client'
import { expect, test } from 'vitest'
import { rejection } from '../support/authority.ts'
import { credential } from '../support/credential.ts'

test('what is written is read, listed and removed', async () => {
  const vault = memoryVault()
  const kept = await credential()
  expect(await vault.read('a')).toBeUndefined()
  await vault.write('a', kept)
  await vault.write('b', { ...kept, generation: 2 })
  expect(await vault.read('a')).toEqual(kept)
  expect((await vault.list()).map(({ name, credential: { generation } }) => [name, generation])).toEqual([
    ['a', 1],
    ['b', 2],
  ])
  await vault.remove('a')
  await vault.remove('a')
  expect(await vault.read('a')).toBeUndefined()
})

test('what is stored cannot be changed through what was written or read', async () => {
  const vault = memoryVault()
  const scope = ['read']
  await vault.write('a', { ...(await credential()), scope })
  scope.push('admin')
  const read = await vault.read('a')
  if (read !== undefined) (read.scope as string[]).push('admin')
  expect((await vault.read('a'))?.scope).toEqual(['read'])
})

test('one holder at a time for a name, in order; other names do not wait', async () => {
  const vault = memoryVault()
  const order: string[] = []
  const turn = (name: string, label: string) =>
    vault.locked(name, async () => {
      order.push(`${label} in`)
      await Promise.resolve()
      order.push(`${label} out`)
    })
  await Promise.all([turn('a', '1'), turn('a', '2'), turn('b', '3'), turn('a', '4')])
  expect(order.filter((entry) => !entry.startsWith('3'))).toEqual(['1 in', '1 out', '2 in', '2 out', '4 in', '4 out'])
  expect(order.indexOf('3 in')).toBeLessThan(order.indexOf('2 in'))
})

test('the lock is released when the work fails', async () => {
  const vault = memoryVault()
  expect(await rejection(vault.locked('a', () => Promise.reject(new Error('boom'))))).toMatchObject({ message: 'boom' })
  expect(await vault.locked('a', async () => 'next')).toBe('next')
})

test('a waiter that gives up lets nobody past the holder', async () => {
  const vault = memoryVault()
  const stop = new AbortController()
  let release = () => {}
  let held = true
  const holder = vault.locked('a', () => new Promise<void>((resolve) => void (release = resolve))).then(() => void (held = false))
  const gaveUp = rejection(vault.locked('a', async () => 'never', stop.signal))
  stop.abort()
  expect(await gaveUp).toMatchObject({ code: 'aborted' })
  const third = vault.locked('a', async () => held)
  await new Promise((resolve) => setImmediate(resolve))
  release()
  expect(await third).toBe(false)
  await holder
})

test('it says what it is', () => {
  expect(memoryVault().description).toMatchObject({ kind: 'memory' })
})
