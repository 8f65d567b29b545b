import { memoryStore, placeOf, type Store } from '@countersign/authority'
import { normaliseUserCode } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { deviceRecordId } from '../src/records/device-record.ts'
import { openHouse, testClock } from './house.ts'

/** A house whose store tells every name it is given. */
async function watchedHouse() {
  const clock = testClock()
  const store = memoryStore(clock)
  const named: string[] = []
  const watched: Store = {
    ...store,
    insert: (row) => {
      if (row.kind === 'device') named.push(row.id, ...(row.lookups ?? []))
      return store.insert(row)
    },
    find: (kind, lookup) => {
      if (kind === 'device') named.push(lookup)
      return store.find(kind, lookup)
    },
    read: (kind, id) => {
      if (kind === 'device') named.push(id)
      return store.read(kind, id)
    },
    once: (key, until) => {
      named.push(key)
      return store.once(key, until)
    },
    count: (key, until, add) => {
      if (key.includes(':slow')) named.push(key)
      return store.count(key, until, add)
    },
  }
  return { house: await openHouse({ store: watched, clock }), named }
}

test('every name of a device authorization is in one place, that of its user code, which the device code begins with', async () => {
  const { house, named } = await watchedHouse()
  const device = await house.device()
  for (let round = 0; round < 5; round++) {
    named.length = 0
    const { deviceCode, userCode } = await device.start()
    for (const _ of [1, 2]) await device.poll(deviceCode)
    const place = placeOf(await house.digest('user_code', normaliseUserCode(userCode)))
    expect(new Set(named.map(placeOf))).toEqual(new Set([place]))
    // Record, lookup, both marks of the pace; and the same record at each poll.
    expect(new Set(named).size).toBe(4)
    expect(placeOf(deviceCode)).toBe(place)
    expect(named[0]).toBe(await deviceRecordId(house, deviceCode))
    for (const name of named) expect(name).not.toContain(deviceCode.slice(3))
  }
})

verifies('rfc8628-5.2-device-code-entropy', 'behind its place a device code is 32 random bytes', async () => {
  const house = await openHouse()
  const device = await house.device()
  const codes = await Promise.all(Array.from({ length: 20 }, async () => (await device.start()).deviceCode))
  expect(new Set(codes.map((code) => code.slice(3))).size).toBe(20)
  for (const code of codes) expect(code).toMatch(/^[\w-]{46}$/)
})

test('a device code with another place, or with nothing but one, leads nowhere: the answer is that for any wrong code', async () => {
  const { house, named } = await watchedHouse()
  const device = await house.device()
  const { deviceCode } = await device.start()
  const answers = []
  const place = placeOf(deviceCode)
  const other = place === 'AAA' ? 'AAB' : 'AAA'
  for (const presented of [`${other}${deviceCode.slice(3)}`, place, 'x', '\u{1f600}\u{1f600}', deviceCode.slice(3), `${deviceCode}x`]) {
    named.length = 0
    const { status, body, headers } = await device.poll(presented)
    answers.push(JSON.stringify([status, body, headers]))
    // The record it would be, and how often that one was told to slow down: asked for at once, and neither is there.
    expect(named).toHaveLength(2)
  }
  expect(new Set(answers)).toEqual(new Set([answers[0]]))
  expect(JSON.parse(answers[0] as string)).toEqual([400, expect.stringContaining('"invalid_grant"'), expect.anything()])
  expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
})
