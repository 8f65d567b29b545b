/**
 * Whoever can keep a server from hearing its issuer, or make it hear an older answer, must not get more for it: what cannot be asked is
 * refused for now (503, never 401, and never let through), and no answer about one token or key serves for another.
 */
import { addClient } from '@countersign/authority'
import { createGuard } from '@countersign/guard'
import { expect, test } from 'vitest'
import { openHouse, NOTES, ISSUER } from '../../packages/authority/test/house.ts'
import { decide, openBrowser } from '../../packages/authority/test/person.ts'
import { bearer, createWorld, ISSUER as OTHER, refusal } from '../../packages/guard/test/world.ts'
import { verifies } from '../../requirements/verifies.ts'

/** Our authority, a resource that asks it about every token, and a wire between them that can be cut. */
async function open(keepSeconds: number) {
  const house = await openHouse()
  const { secret = '' } = await addClient(house, { id: 'notes-server', name: 'Notes', confidential: true, resources: [NOTES] })
  const wire = { cut: false, asked: 0 }
  const guard = createGuard({
    resource: NOTES,
    authorizationServers: [ISSUER],
    suite: house.suite,
    clock: house.clock,
    introspection: { issuer: ISSUER, clientId: 'notes-server', clientSecret: secret, tokens: 'all', keepSeconds },
    fetch: async (url, init = {}) => {
      if (wire.cut) throw new TypeError('fetch failed')
      const { pathname } = new URL(url)
      wire.asked += 1
      const headers = Object.fromEntries(new Headers(init.headers))
      const { status, body } = await house.send(init.method ?? 'GET', pathname, {
        headers,
        body: typeof init.body === 'string' ? init.body : '',
      })
      return new Response(body, { status })
    },
  })
  const signIn = async () => {
    const device = await house.device()
    const { deviceCode, userCode } = await device.start({ scope: 'notes:read' })
    await decide(house, userCode, 'approve')
    return String((await device.poll(deviceCode)).json['access_token'])
  }
  const use = (token: string) => guard.verify({ method: 'POST', url: NOTES, headers: bearer(token) })
  return { house, wire, signIn, use }
}

verifies('rfc7662-4-cache-bound', 'a revoked token is refused within the bound, and at once where there is none', async () => {
  for (const keepSeconds of [0, 10]) {
    const { house, signIn, use } = await open(keepSeconds)
    const token = await signIn()
    expect(await use(token)).toMatchObject({ subject: house.subject, scope: ['notes:read'] })
    const browser = openBrowser(house)
    await browser.submit(await browser.signIn('ada', 'correct horse', '/devices'), '/devices/revoke', {})
    house.clock.advance(keepSeconds)
    expect(await refusal(use(token))).toMatchObject({ code: 'invalid_token', status: 401 })
  }
})

test('with the wire cut: 503 for everybody who is not remembered, and for those too when the bound is over', async () => {
  const { house, wire, signIn, use } = await open(10)
  const [known, unknown] = [await signIn(), await signIn()]
  await use(known)
  wire.cut = true
  expect((await use(known)).subject).toBe(house.subject)
  const away = { code: 'temporarily_unavailable', status: 503, challenges: [] }
  expect(await refusal(use(unknown))).toMatchObject(away)
  // Not even what could not be good is told from what could.
  expect(await refusal(use('invented'))).toMatchObject(away)
  house.clock.advance(10)
  expect(await refusal(use(known))).toMatchObject(away)
  wire.cut = false
  expect((await use(known)).subject).toBe(house.subject)
})

test('an answer about one token serves for no other, however many are asked about at once', async () => {
  const { wire, signIn, use } = await open(10)
  const good = await signIn()
  const spellings = [`${good}x`, good.slice(0, -1), good.toUpperCase(), `${good}=`, good.replace('.', '..')]
  const settled = await Promise.allSettled([good, ...spellings, good].map((token) => use(token)))
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', ...spellings.map(() => 'rejected'), 'fulfilled'])
  const before = wire.asked
  for (const token of spellings) expect((await refusal(use(token))).code).toBe('invalid_token')
  expect(wire.asked).toBe(before)
})

test('somebody else in the place of the issuer, or its former keys for ever: not believed', async () => {
  const world = await createWorld()
  const token = await world.issuer.mint({ exp: 2_000_000_000 })
  await world.verify(bearer(token))
  // A cache on the way that answers with another issuer's metadata.
  const honest = world.issuer.answers.get(`${OTHER}/.well-known/oauth-authorization-server`) as () => Response
  world.issuer.answers.set(`${OTHER}/.well-known/oauth-authorization-server`, () =>
    Response.json({ issuer: 'https://evil.example', jwks_uri: 'https://evil.example/jwks' }),
  )
  world.clock.advance(600)
  // The keys at hand are good for a while yet; nothing of the foreign document was used.
  expect((await world.verify(bearer(token))).subject).toBe('ada')
  world.clock.advance(3000)
  expect(await refusal(world.verify(bearer(token)))).toMatchObject({ code: 'temporarily_unavailable', status: 503 })
  expect(world.issuer.asked.filter((url) => url.includes('evil'))).toEqual([])
  // The issuer is back, and has taken the key out: what was remembered about good signatures goes with it.
  world.issuer.answers.set(`${OTHER}/.well-known/oauth-authorization-server`, honest)
  world.issuer.answers.set(`${OTHER}/jwks`, () => Response.json({ keys: [] }))
  world.clock.advance(10)
  expect(await refusal(world.verify(bearer(token)))).toMatchObject({ code: 'invalid_token', status: 401 })
})
