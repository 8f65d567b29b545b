import { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import type { RevocationOptions } from '../src/revocation-list.ts'
import { bearer, createWorld, ISSUER, NOW_SECONDS, refusal, type World } from './world.ts'

const LIST = `${ISSUER}/revocations`
const METADATA = `${ISSUER}/.well-known/oauth-authorization-server`

async function worldWith(
  revocations: RevocationOptions,
): Promise<World & { revoked: string[]; asked(): number; down(status?: number): void }> {
  const world = await createWorld({ revocations })
  const revoked: string[] = []
  let asOf = NOW_SECONDS
  const answer = () => Response.json({ issuer: ISSUER, as_of: asOf++, reaches_back: 3900, revoked_grants: revoked })
  world.issuer.answers.set(METADATA, () => Response.json({ issuer: ISSUER, jwks_uri: `${ISSUER}/jwks`, revocation_list_uri: LIST }))
  world.issuer.answers.set(LIST, answer)
  return {
    ...world,
    revoked,
    asked: () => world.issuer.asked.filter((url) => url === LIST).length,
    down: (status = 500) => world.issuer.answers.set(LIST, () => new Response('', { status })),
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('a token whose grant is on the list is refused; others of the same issuer pass, and so do tokens without a grant', async () => {
  const world = await worldWith({ everySeconds: 10 })
  world.revoked.push('grant-1')
  const refused = await refusal(world.verify(bearer(await world.issuer.mint())))
  expect([refused.code, refused.status, refused.message]).toEqual(['invalid_token', 401, 'the grant behind the token was revoked'])
  expect(refused.challenges.join()).toContain('error="invalid_token"')
  await expect(world.verify(bearer(await world.issuer.mint({ grant_id: 'grant-2' })))).resolves.toMatchObject({ grantId: 'grant-2' })
  await expect(world.verify(bearer(await world.issuer.mint({ grant_id: undefined })))).resolves.toMatchObject({ grantId: undefined })
})

test('a token bound to a key is looked up as well', async () => {
  const world = await worldWith({ everySeconds: 10 })
  world.revoked.push('grant-1')
  const device = await world.device()
  const token = await world.issuer.mint({ cnf: { jkt: device.thumbprint } })
  expect((await refusal(world.verify(await device.headers(token)))).message).toContain('was revoked')
})

test('the list is asked for once for all who come at once, and again only when it is old enough', async () => {
  const world = await worldWith({ everySeconds: 10 })
  const headers = bearer(await world.issuer.mint())
  const answer = world.issuer.answers.get(LIST) as () => Response
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  world.issuer.answers.set(LIST, () => held.then(answer))
  const waiting = [world.verify(headers), world.verify(headers), world.verify(headers)]
  while (world.asked() === 0) await settled()
  for (let turn = 0; turn < 20; turn++) await settled()
  release()
  await Promise.all(waiting)
  world.clock.advance(9)
  await world.verify(headers)
  expect(world.asked()).toBe(1)
  world.revoked.push('grant-1')
  world.clock.advance(1)
  // Nobody waits for the renewal of a list that is just old enough: the next request has it.
  await world.verify(headers)
  await settled()
  expect((await refusal(world.verify(headers))).code).toBe('invalid_token')
  expect(world.asked()).toBe(2)
})

test('who comes first after a long while waits for the new list', async () => {
  const world = await worldWith({ everySeconds: 10 })
  const headers = bearer(await world.issuer.mint())
  await world.verify(headers)
  world.revoked.push('grant-1')
  world.clock.advance(20)
  expect((await refusal(world.verify(headers))).code).toBe('invalid_token')
})

test('while the issuer is away the last list counts for its time, and then nothing passes until it is back', async () => {
  const world = await worldWith({ everySeconds: 10, keepSeconds: 60 })
  const headers = bearer(await world.issuer.mint({ exp: NOW_SECONDS + 3000 }))
  const other = bearer(await world.issuer.mint({ grant_id: 'grant-2', exp: NOW_SECONDS + 3000 }))
  const answer = world.issuer.answers.get(LIST)
  world.revoked.push('grant-2')
  await world.verify(headers)
  world.down()
  world.clock.advance(59)
  await world.verify(headers)
  expect((await refusal(world.verify(other))).code).toBe('invalid_token')
  world.clock.advance(1)
  const refused = await refusal(world.verify(headers))
  expect([refused.code, refused.status, refused.error.headers['retry-after']]).toEqual(['temporarily_unavailable', 503, '5'])
  // What is known to be revoked stays so, however old the list.
  expect((await refusal(world.verify(other))).code).toBe('invalid_token')
  if (answer !== undefined) world.issuer.answers.set(LIST, answer)
  world.clock.advance(1)
  await world.verify(headers)
})

test('an issuer that is away is left alone for a second between attempts', async () => {
  const world = await worldWith({ everySeconds: 10 })
  world.down()
  const headers = bearer(await world.issuer.mint())
  for (let time = 0; time < 5; time++) await refusal(world.verify(headers))
  expect(world.asked()).toBe(1)
  world.clock.advance(1)
  await refusal(world.verify(headers))
  expect(world.asked()).toBe(2)
})

test('who prefers being available says so, and then a list that cannot be had refuses nobody', async () => {
  const world = await worldWith({ everySeconds: 10, keepSeconds: 20, afterwards: 'accept' })
  world.down()
  const headers = bearer(await world.issuer.mint({ exp: NOW_SECONDS + 3000 }))
  await world.verify(headers)
  world.clock.advance(600)
  await world.verify(headers)
})

test('what is no list of this issuer is none at all', async () => {
  const good = { issuer: ISSUER, as_of: NOW_SECONDS, revoked_grants: [] }
  for (const body of [
    { ...good, issuer: 'https://other.example' },
    { ...good, as_of: undefined },
    { ...good, revoked_grants: undefined },
    { ...good, revoked_grants: ['a', 1] },
    [],
  ]) {
    const world = await worldWith({ everySeconds: 10 })
    world.issuer.answers.set(LIST, () => Response.json(body))
    const { code, error } = await refusal(world.verify(bearer(await world.issuer.mint())))
    expect([code, error.cause]).toEqual(['temporarily_unavailable', expect.any(CountersignError)])
  }
})

test('an issuer that names no list, or one at a place that cannot be trusted, has none', async () => {
  for (const address of [undefined, 'http://issuer.example/revocations', 'not an address']) {
    const world = await worldWith({ everySeconds: 10 })
    const metadata = { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks`, revocation_list_uri: address }
    world.issuer.answers.set(METADATA, () => Response.json(metadata))
    expect((await refusal(world.verify(bearer(await world.issuer.mint())))).code).toBe('temporarily_unavailable')
    expect(world.asked()).toBe(0)
  }
})

test('an older list out of a cache takes nothing back', async () => {
  const world = await worldWith({ everySeconds: 10 })
  const headers = bearer(await world.issuer.mint())
  world.revoked.push('grant-1')
  await refusal(world.verify(headers))
  world.issuer.answers.set(LIST, () => Response.json({ issuer: ISSUER, as_of: NOW_SECONDS - 60, revoked_grants: [] }))
  world.clock.advance(20)
  expect((await refusal(world.verify(headers))).code).toBe('invalid_token')
})

test('without the option no list is asked for', async () => {
  const world = await createWorld()
  await world.verify(bearer(await world.issuer.mint()))
  expect(world.issuer.asked.some((url) => url.includes('revocations'))).toBe(false)
})

test('times that make no sense are refused at the start', async () => {
  for (const revocations of [
    { everySeconds: 0 },
    { everySeconds: 3601 },
    { everySeconds: Number.NaN },
    { everySeconds: 10, keepSeconds: 19 },
  ]) {
    await expect(createWorld({ revocations })).rejects.toMatchObject({ code: 'configuration_invalid' })
  }
})
