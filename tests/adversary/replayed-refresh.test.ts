/**
 * A refresh token that comes back: stolen from a backup, from a log, from a vault that was copied. The family notices and ends, with
 * everything born of it; an honest client that only lost an answer goes on.
 */
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { allAtOnce } from '../../packages/authority/test/app.ts'
import { type House, openHouse } from '../../packages/authority/test/house.ts'
import { decide } from '../../packages/authority/test/person.ts'

async function signedIn(key: 'ES256' | 'none') {
  const house = await openHouse()
  const device = await house.device(key)
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  const { json } = await device.poll(deviceCode)
  /** The refresh tokens of so many generations, the latest last. */
  const rotate = async (times: number) => {
    const generations = [json['refresh_token']]
    for (let turn = 0; turn < times; turn++) generations.push((await device.refresh(generations.at(-1))).json['refresh_token'])
    return generations
  }
  return { house, device, rotate, tokens: json }
}

async function expectEnded(house: House, accessToken: unknown) {
  expect(await house.grants()).toMatchObject([{ family: { revokedAt: house.clock.now() } }])
  const listed = JSON.parse((await house.send('GET', '/revocations')).body) as { revoked_grants: string[] }
  expect(listed.revoked_grants).toHaveLength(1)
  const authorization = `Bearer ${String(accessToken)}`
  expect((await house.send('GET', '/userinfo', { headers: { authorization } })).status).toBe(401)
  expect(house.events.filter(({ type }) => type === 'family.replayed')).toHaveLength(1)
}

verifies(
  ['seed-000-family-revocation', 'rfc9700-4.14.2-reuse-revokes'],
  'an old generation ends the family, be it the last but one or the first of many: the newest refresh token and the access tokens are dead',
  async () => {
    for (const [rotations, replayed] of [
      [1, 0],
      [2, 1],
      [12, 0],
      [12, 7],
    ] as const) {
      const { house, device, rotate, tokens } = await signedIn('none')
      const generations = await rotate(rotations)
      expect((await device.refresh(generations[replayed])).json['error']).toBe('invalid_grant')
      await expectEnded(house, tokens['access_token'])
      for (const token of generations) expect((await device.refresh(token)).json['error']).toBe('invalid_grant')
      expect(house.events.filter(({ type }) => type === 'family.replayed')).toHaveLength(1)
    }
  },
)

verifies(
  'rfc9700-4.14.2-rotation-atomic',
  'without a key, fifty at once: one rotation, and the others end the family: nobody can tell the thief',
  async () => {
    const { house, device, tokens } = await signedIn('none')
    allAtOnce(house, 50, 'grant')
    const replies = await Promise.all(Array.from({ length: 50 }, () => device.refresh(tokens['refresh_token'])))
    const won = replies.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect((await device.refresh(won[0]?.json['refresh_token'])).json['error']).toBe('invalid_grant')
    await expectEnded(house, won[0]?.json['access_token'])
  },
)

verifies(
  'rfc9700-4.14.2-rotation-atomic',
  'under the key, fifty at once: one lineage, the same successor for all, and it goes on',
  async () => {
    const { house, device, tokens } = await signedIn('ES256')
    allAtOnce(house, 50, 'grant')
    const replies = await Promise.all(Array.from({ length: 50 }, () => device.refresh(tokens['refresh_token'])))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(50)
    const successors = new Set(replies.map(({ json }) => json['refresh_token']))
    expect(successors.size).toBe(1)
    expect(await house.grants()).toMatchObject([{ family: { generation: 1 } }])
    expect((await device.refresh([...successors][0])).status).toBe(200)
  },
)

test('a lost answer: the same successor again within ten seconds, for the holder of the key, and for the last generation only', async () => {
  const { house, device, rotate, tokens } = await signedIn('ES256')
  const lost = await device.refresh(tokens['refresh_token'])
  house.clock.advance(9.9)
  const again = await device.refresh(tokens['refresh_token'])
  expect([again.status, again.json['refresh_token']]).toEqual([200, lost.json['refresh_token']])
  const [thief, keyless] = [await house.device('ES256'), await house.device()]
  for (const other of [thief, keyless]) expect((await other.refresh(tokens['refresh_token'])).json['error']).toBe('invalid_grant')
  // Trying without the key ended nothing.
  expect((await device.refresh(again.json['refresh_token'])).status).toBe(200)
  // Two generations back is no lost answer, however soon it comes.
  expect((await device.refresh(tokens['refresh_token'])).json['error']).toBe('invalid_grant')
  expect(await house.grants()).toMatchObject([{ family: { revokedAt: house.clock.now() } }])
  expect(await rotate(1)).toEqual([tokens['refresh_token'], undefined])
})

test('the grace is counted from the rotation and not prolonged by asking again', async () => {
  const { house, device, tokens } = await signedIn('ES256')
  await device.refresh(tokens['refresh_token'])
  for (let time = 0; time < 3; time++) {
    house.clock.advance(3)
    expect((await device.refresh(tokens['refresh_token'])).status).toBe(200)
  }
  house.clock.advance(1)
  expect((await device.refresh(tokens['refresh_token'])).json['error']).toBe('invalid_grant')
  expect(await house.grants()).toMatchObject([{ family: { revokedAt: house.clock.now() } }])
})
