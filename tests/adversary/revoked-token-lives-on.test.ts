/**
 * A stolen access token is still good for a quarter of an hour when its owner revokes the device. A guard that verifies tokens by itself
 * would never know; with the list of the issuer it does, within two of its rounds.
 */
import { createGuard } from '@countersign/guard'
import { expect } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openHouse, NOTES, ISSUER } from '../../packages/authority/test/house.ts'
import { decide, openBrowser } from '../../packages/authority/test/person.ts'

verifies('rfc10027-6.1.6-detect-remediate', 'what was revoked is refused by a guard that asks nobody about single tokens', async () => {
  const house = await openHouse()
  const asked: string[] = []
  const guard = createGuard({
    resource: NOTES,
    authorizationServers: [ISSUER],
    suite: house.suite,
    clock: house.clock,
    revocations: { everySeconds: 1 },
    fetch: async (url) => {
      const { pathname } = new URL(String(url))
      asked.push(pathname)
      const { status, body } = await house.send('GET', pathname)
      return new Response(body, { status })
    },
  })
  const device = await house.device()
  const { deviceCode, userCode } = await device.start({ scope: 'notes:read' })
  await decide(house, userCode, 'approve')
  const token = String((await device.poll(deviceCode)).json['access_token'])
  const use = () => guard.verify({ method: 'POST', url: NOTES, headers: { authorization: `Bearer ${token}` } })
  await expect(use()).resolves.toMatchObject({ subject: house.subject })

  const browser = openBrowser(house)
  await browser.submit(await browser.signIn('ada', 'correct horse', '/devices'), '/devices/revoke', {})
  house.clock.advance(2)
  await expect(use()).rejects.toMatchObject({ code: 'invalid_token', status: 401 })
  // Nothing was asked about the token itself.
  expect(new Set(asked)).toEqual(new Set(['/.well-known/oauth-authorization-server', '/jwks', '/revocations']))
})
