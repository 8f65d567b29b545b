import { addClient, removeClient } from '@countersign/authority'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { CLIENT, type House, ISSUER, openHouse } from './house.ts'
import { decide, openBrowser } from './person.ts'

async function approved(house: House, clientId = CLIENT) {
  const device = await house.device('none', clientId)
  const { deviceCode, userCode } = await device.start({ scope: 'notes:read' })
  await decide(house, userCode, 'approve')
  const { json } = await device.poll(deviceCode)
  const claims = JSON.parse(Buffer.from(String(json['access_token']).split('.')[1] ?? '', 'base64url').toString()) as { grant_id: string }
  return { device, deviceCode, json, grantId: claims.grant_id }
}

async function listOf(house: House): Promise<readonly string[]> {
  return (JSON.parse((await house.send('GET', '/revocations')).body) as { revoked_grants: string[] }).revoked_grants
}

verifies(
  'rfc10027-6.1.6-detect-remediate',
  'whoever ends a grant puts it on the list at once: person, client, replay, removal',
  async () => {
    const house = await openHouse()
    await addClient(house, { id: 'gone', name: 'Gone' })
    const [byPerson, byClient, byReplay, byCode, kept] = [
      await approved(house),
      await approved(house),
      await approved(house),
      await approved(house),
      await approved(house),
    ]
    const removed = await approved(house, 'gone')
    expect(await listOf(house)).toEqual([])

    const browser = openBrowser(house)
    const list = await browser.signIn('ada', 'correct horse', '/devices')
    await browser.submit(list, '/devices/revoke', { grant: byPerson.grantId })
    expect(await listOf(house)).toEqual([byPerson.grantId])
    await house.post('/revoke', { client_id: CLIENT, token: String(byClient.json['access_token']) })
    await byReplay.device.refresh(byReplay.json['refresh_token'])
    await byReplay.device.refresh(byReplay.json['refresh_token'])
    await byCode.device.poll(byCode.deviceCode)
    await removeClient(house, 'gone')
    await house.send('GET', '/userinfo', { headers: { authorization: `Bearer ${String(removed.json['access_token'])}` } })
    expect(new Set(await listOf(house))).toEqual(new Set([byPerson, byClient, byReplay, byCode, removed].map(({ grantId }) => grantId)))
    expect((await kept.device.refresh(kept.json['refresh_token'])).status).toBe(200)
  },
)

test('it says whose it is, as of when and how far it reaches; it may be kept for seconds, and the metadata names it', async () => {
  const house = await openHouse()
  const reply = await house.send('GET', '/revocations')
  expect(JSON.parse(reply.body)).toEqual({ issuer: ISSUER, as_of: house.clock.now() / 1000, reaches_back: 3900, revoked_grants: [] })
  expect(reply.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'public, max-age=5' })
  const metadata = JSON.parse((await house.send('GET', '/.well-known/oauth-authorization-server')).body) as Record<string, unknown>
  expect(metadata['revocation_list_uri']).toBe(`${ISSUER}/revocations`)
  expect((await house.post('/revocations', {})).status).toBe(405)
})

test('a grant stays on it for longer than any token lives, and then leaves', async () => {
  const house = await openHouse({ settings: { accessTokenLife: 3600 } })
  const { json, grantId } = await approved(house)
  await house.post('/revoke', { client_id: CLIENT, token: String(json['refresh_token']) })
  // A token made in the second of the revocation, at a guard whose clock is five minutes behind.
  house.clock.advance(3600 + 299)
  expect(await listOf(house)).toEqual([grantId])
  house.clock.advance(1)
  expect(await listOf(house)).toEqual([])
})

test('revoking twice lists it once, a grant that never was is not listed, and a long list is whole', async () => {
  const house = await openHouse()
  const { json, grantId } = await approved(house)
  for (const token of [json['refresh_token'], json['access_token'], 'no-such-token']) {
    await house.post('/revoke', { client_id: CLIENT, token: String(token) })
  }
  expect(await listOf(house)).toEqual([grantId])
  for (let count = 0; count < 1100; count++) await house.store.insert({ kind: 'revoked', id: `more-${count}`, value: {}, group: 'all' })
  expect(await listOf(house)).toHaveLength(1101)
})
