import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { type Answer, ISSUER, json, NOTES, openHouse } from '../../../../tests/support/house.ts'
import { objects, signIn, sit } from '../support/seat.ts'

const revoking =
  (answer: Answer): Answer =>
  (sent, before) =>
    sent.url.endsWith('/revoke') ? answer(sent, before) : undefined

verifies('rfc7009-2-logout-client', 'the refresh token is revoked at the server, and nothing of it is left here', async () => {
  const house = await openHouse()
  await signIn(house)
  const [entry] = await house.vault.list()
  const { code, stdout, stderr } = await sit(house, ['logout', NOTES])
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: `Signed out of ${NOTES}.\n` })
  expect(house.requestsTo('/revoke').map(({ form }) => form.get('token'))).toEqual([entry?.credential.refreshToken])
  expect(await house.vault.list()).toEqual([])
  // The server has ended it: what was copied from this machine before is worth nothing either.
  if (entry !== undefined) await house.vault.write(entry.name, entry.credential)
  house.time.jump(3_600_000)
  expect((await sit(house, ['token', NOTES])).code).toBe(5)
})

verifies('rfc7009-2-logout-client', 'a server that cannot be told changes nothing here: forgotten, with a warning', async () => {
  const house = await openHouse({ answer: revoking(() => Promise.reject(new TypeError('fetch failed'))) })
  await signIn(house)
  const { code, stdout, stderr } = await sit(house, ['logout', NOTES])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toBe(
    `Signed out of ${NOTES}: forgotten on this machine.\n` +
      'warning: the server did not confirm that the tokens are revoked: could not reach auth.example\n',
  )
  expect(await house.vault.list()).toEqual([])
  await signIn(house)
  const told = objects((await sit(house, ['logout', NOTES, '--json'])).stdout)
  expect(told).toMatchObject([{ signed_out: [{ resource: NOTES, revoked: false, error: { code: 'network_failure' } }] }])
})

verifies('rfc7009-2-logout-client', 'a busy server is asked again after the pause it names', async () => {
  const house = await openHouse({
    answer: revoking((_, before) =>
      before.some(({ url }) => url.endsWith('/revoke')) ? undefined : new Response('', { status: 503, headers: { 'retry-after': '3' } }),
    ),
  })
  await signIn(house)
  const before = house.time.clock.now()
  expect((await sit(house, ['logout', NOTES])).stderr).toBe(`Signed out of ${NOTES}.\n`)
  expect(house.time.clock.now()).toBe(before + 3000)
})

test('a server without revocation: forgotten, and until when the token works', async () => {
  const house = await openHouse()
  await signIn(house)
  const [entry] = await house.vault.list()
  if (entry === undefined) throw new Error('nothing is stored')
  const { revocation: _, ...endpoints } = entry.credential.endpoints
  await house.vault.write(entry.name, { ...entry.credential, endpoints })
  const { code, stderr } = await sit(house, ['logout', NOTES])
  expect(code).toBe(0)
  expect(stderr).toContain('warning: the server offers no revocation; the access token ends in 15 minutes\n')
  expect(house.requestsTo('/revoke')).toEqual([])
})

test('--all ends every sign-in of every profile, whatever happens to one of them', async () => {
  let busy = true
  const house = await openHouse({
    answer: revoking(() => {
      const answer = busy ? json({ error: 'invalid_client' }, 401) : undefined
      busy = false
      return answer
    }),
  })
  await signIn(house)
  await signIn(house, '--profile', 'work')
  const { code, stdout } = await sit(house, ['logout', '--all', '--json'])
  expect(code).toBe(0)
  expect(objects(stdout)).toMatchObject([
    {
      signed_out: [
        { profile: 'default', revoked: false, reason: 'not_confirmed' },
        { profile: 'work', revoked: true },
      ],
    },
  ])
  expect(await house.vault.list()).toEqual([])
  expect(await sit(house, ['logout', '--all'])).toMatchObject({ code: 0, stderr: 'Not signed in anywhere.\n' })
})

test('who is not signed in is told so; a call that does not say what to end is wrong', async () => {
  const house = await openHouse()
  expect(await sit(house, ['logout', NOTES])).toMatchObject({ code: 5, stdout: '' })
  for (const args of [['logout'], ['logout', NOTES, '--all'], ['logout', 'notes']]) {
    expect(await sit(house, args)).toMatchObject({ code: 2, stdout: '' })
  }
  await signIn(house)
  expect((await sit(house, ['logout', NOTES, '--profile', 'work'])).code).toBe(5)
  expect((await sit(house, ['logout', ISSUER])).code).toBe(5)
  expect(await house.vault.list()).toHaveLength(1)
})

test('interrupted: exit code 130; what was begun is forgotten all the same, and the rest is left', async () => {
  for (const profiles of [['default'], ['default', 'work']]) {
    const stop = new AbortController()
    const house = await openHouse({
      answer: revoking(() => {
        stop.abort()
        return new Promise(() => {})
      }),
    })
    for (const profile of profiles) await signIn(house, '--profile', profile)
    const { code } = await sit(house, ['logout', '--all'], { signal: stop.signal })
    expect(code).toBe(130)
    expect(await house.vault.list()).toHaveLength(profiles.length - 1)
  }
})
