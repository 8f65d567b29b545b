/** What every place for sign-ins under way must keep (`PendingLogins`), as tests that run on any of them. */
import { type LoginRecord, type PendingLogins, vaultName } from '@countersign/client'
import { expect, test } from 'vitest'
import { pendingLogin } from './pending-login.ts'
import { rejection } from './authority.ts'

const NAME = vaultName('https://as.example', 'cli', 'https://mcp.example/mcp', 'default')

export function pendingContract(open: () => Promise<PendingLogins>): void {
  const record = async (id: string): Promise<LoginRecord> => ({ version: 1, current: await pendingLogin({ id }), endings: [] })

  test('what is written is read and listed, and replaces what was there', async () => {
    const pending = await open()
    expect(await pending.read(NAME)).toBeUndefined()
    expect(await pending.list()).toEqual([])
    await pending.write(NAME, await record('one'))
    const second = await record('two')
    await pending.write(NAME, second)
    await pending.write('../other', { version: 1, endings: [{ id: 'x', endedAt: 1, how: { type: 'granted', missing: ['b'] } }] })
    expect(await pending.read(NAME)).toEqual(second)
    expect((await pending.list()).map(({ name, record: { current } }) => [name, current?.id]).toSorted()).toEqual([
      ['../other', undefined],
      [NAME, 'two'],
    ])
  })

  test('what is kept cannot be changed through what was written or read', async () => {
    const pending = await open()
    const endings = [{ id: 'x', endedAt: 1, how: { type: 'granted', missing: [] } as const }]
    await pending.write(NAME, { version: 1, endings })
    endings.pop()
    const read = await pending.read(NAME)
    if (read !== undefined) (read.endings as unknown[]).pop()
    expect((await pending.read(NAME))?.endings).toHaveLength(1)
  })

  test('one holder at a time for a name; other names do not wait; reading never waits', async () => {
    const pending = await open()
    let inside = 0
    let most = 0
    const turn = (name: string) =>
      pending.locked(name, async () => {
        inside++
        if (name === NAME) most = Math.max(most, inside)
        await pending.write(name, { version: 1, endings: [] })
        await pending.locked('another', async () => {
          expect(await pending.read(name)).toEqual({ version: 1, endings: [] })
        })
        inside--
      })
    await Promise.all([turn(NAME), turn(NAME), turn(NAME)])
    expect(most).toBe(1)
  })

  test('the lock is given back when the work fails, and a waiter can give up', async () => {
    const pending = await open()
    expect(await rejection(pending.locked(NAME, () => Promise.reject(new Error('boom'))))).toMatchObject({ message: 'boom' })
    const stop = new AbortController()
    await pending.locked(NAME, async () => {
      const waiting = rejection(pending.locked(NAME, async () => 'never', stop.signal))
      stop.abort()
      expect(await waiting).toMatchObject({ code: 'aborted' })
    })
    expect(await pending.locked(NAME, async () => 'next')).toBe('next')
  })
}
