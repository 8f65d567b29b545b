/** A forged Host, or headers that proxies set: no link, no cookie and no check follows them. */
import { expect, test } from 'vitest'
import { CLIENT, ISSUER, openHouse } from '../../packages/authority/test/house.ts'

const forged = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'http',
  forwarded: 'host=evil.example',
  'x-original-url': '/evil',
}

test('verification links, metadata and pages stay on the issuer', async () => {
  const house = await openHouse()
  const started = await house.post('/device_authorization', { client_id: CLIENT }, forged)
  expect(started.json['verification_uri']).toBe(`${ISSUER}/device`)
  for (const path of ['/.well-known/oauth-authorization-server', '/device', '/sign-in', '/jwks', '/nowhere']) {
    const { body, headers } = await house.send('GET', path, { headers: forged })
    expect(`${body}${JSON.stringify(headers)}`, path).not.toContain('evil')
  }
})

test('where somebody came from is told by the connection, not by a header', async () => {
  const house = await openHouse()
  await house.post('/device_authorization', { client_id: CLIENT }, { 'x-forwarded-for': '192.0.2.99' })
  expect(house.events).toContainEqual(expect.objectContaining({ type: 'device.opened', address: '203.0.113.7' }))
})
