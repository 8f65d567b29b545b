import { expect, test } from 'vitest'
import { FAULTS, openPlace } from '../support/faulty-place.ts'

const alone = { flow: 'client-credentials', client: { clientId: 'job', clientSecret: 'secret of the job', clientName: 'Job' } } as const

const refusals = (status: number, error: string) => Array.from({ length: 9 }, () => FAULTS.json({ error }, status))

test('a client with a secret signs in by itself: lists and calls go through, and nobody is asked', async () => {
  const place = await openPlace()
  const host = await place.open(alone)
  // The first answer may come before the sign-in; the host is told to ask again.
  await expect.poll(() => host.tools()).toEqual(['look', 'change', 'admin'])
  expect(await Promise.all([host.call('look'), host.call('change')])).toEqual(['look ran', 'change ran'])
  const [request, ...more] = place.requests(place.paths.token)
  expect([request?.form.get('grant_type'), request?.form.get('resource'), more]).toEqual(['client_credentials', place.url, []])
  expect(request?.headers.authorization).toBe(`Basic ${btoa('job:secret+of+the+job')}`)
  expect(place.codesShown()).toEqual([])
  place.expectClean()
})

test('a token that ended is asked for anew, and the call that found out is made again', async () => {
  const place = await openPlace()
  const host = await place.open(alone)
  expect(await host.call('look')).toBe('look ran')
  place.revoke()
  expect(await Promise.all([host.call('change'), host.call('change')])).toEqual(['change ran', 'change ran'])
  expect(place.requests(place.paths.token)).toHaveLength(2)
})

test('more scopes are asked for once, with those there were; what is refused for good ends in words', async () => {
  const place = await openPlace()
  const host = await place.open(alone)
  expect(await host.call('look')).toBe('look ran')
  expect(await host.call('admin')).toBe('admin ran')
  expect(place.requests(place.paths.token).map(({ form }) => form.get('scope'))).toEqual(['read', 'read write'])
  place.needs['admin'] = 'read write everything'
  expect(await host.call('admin')).toBe('admin ran')
  const before = place.requests(place.paths.token).length
  // Whatever is granted, this server wants it again.
  place.needs['admin'] = 'never'
  place.line(place.paths.token, ...refusals(400, 'invalid_scope'))
  expect(await host.call('admin')).not.toContain('ran')
  expect(place.requests(place.paths.token).length - before).toBeLessThanOrEqual(4)
})

test('a secret that the server does not take is told in words', async () => {
  const place = await openPlace()
  const host = await place.open(alone)
  place.line(place.paths.token, ...refusals(401, 'invalid_client'))
  const told = await host.call('look')
  expect(told).toContain('client')
  expect(told).not.toContain('secret of the job')
})
