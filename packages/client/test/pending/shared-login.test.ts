/** One code for however many programs want the same sign-in, seen from all of them at once. */
import {
  finishLogin,
  type FinishLoginOptions,
  type LoginEvent,
  memoryPendingLogins,
  memoryVault,
  openLogin,
  type OpenLoginOptions,
  vaultName,
} from '@countersign/client'
import { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { authority, DEVICE, ISSUER, pending, place, rejection, RESOURCE, REVOKE, TOKEN, tokens } from '../support/authority.ts'
import { type Network, oauthError, stage } from '../support/stage.ts'

const NAME = vaultName(ISSUER, 'cli', RESOURCE, 'default')

function office(network: Network) {
  const at = stage(network)
  const stores = { vault: memoryVault(), pending: memoryPendingLogins() }
  const events: LoginEvent[] = []
  const join = async (more: Partial<OpenLoginOptions> & FinishLoginOptions = {}) => {
    const opened = await openLogin(at.runtime, stores, place(), { clientId: 'cli', ...more })
    if (opened.type === 'signed_in') return { credential: opened.credential, missing: [] }
    return finishLogin(at.runtime, stores, opened, { onEvent: (event) => events.push(event), ...more })
  }
  const codes = () => events.flatMap((event) => (event.type === 'code' ? [event.invitation.userCode] : []))
  return { ...at, stores, events, join, codes }
}

test('the id of a sign-in that waits can be an argument of a command: it begins with no dash', async () => {
  const { runtime, stores } = office(authority([]))
  // In base64url it begins with a dash.
  const suite = { ...runtime.suite, random: (count: number) => new Uint8Array(count).fill(0xfb) }
  const opened = await openLogin({ ...runtime, suite }, stores, place(), { clientId: 'cli' })
  expect(opened).toMatchObject({ type: 'pending', id: expect.stringMatching(/^\w[\w-]{11}$/) })
})

const twelve = <T>(make: () => Promise<T>) => Array.from({ length: 12 }, () => make())

verifies(
  ['rfc8628-3.1-user-initiated', 'rfc8628-3.5-wait-interval'],
  'twelve that start at once show one code, poll as one, and all get the credential',
  async () => {
    const { join, time, to, stores, codes } = office(authority([pending, pending, pending, tokens]))
    const finished = await time.run(Promise.all(twelve(join)))
    expect(to(DEVICE)).toHaveLength(1)
    expect(codes()).toEqual(Array(12).fill('WDJB-MJHT'))
    const polls = to(TOKEN).map(({ at }) => at)
    expect(polls).toHaveLength(4)
    for (const [index, at] of polls.entries()) expect(at - (polls[index - 1] ?? to(DEVICE)[0]?.at ?? 0)).toBeGreaterThanOrEqual(5000)
    const kept = await stores.vault.read(NAME)
    expect(new Set(finished.map(({ credential }) => credential.accessToken))).toEqual(new Set([kept?.accessToken]))
    expect((await stores.pending.read(NAME))?.current).toBeUndefined()
  },
)

verifies(
  ['rfc8628-3.5-stop-on-other-errors', 'rfc8628-3.5-no-auto-restart', 'seed-000-no-silent-failure'],
  'all hear the same end: denial, expiry, a refusal nobody has heard of; and nobody starts over',
  async () => {
    const answers = { access_denied: 'access_denied', expired_token: 'device_code_expired', whatever: 'authorization_server_error' }
    for (const [error, code] of Object.entries(answers)) {
      const { join, time, to } = office(authority([pending, () => oauthError(error, { error_description: 'so it is' })]))
      const errors = await time.run(Promise.all(twelve(() => rejection(join()))))
      expect(new Set(errors.map((each) => JSON.stringify([each.message, (each as CountersignError).hint]))).size).toBe(1)
      for (const each of errors)
        expect([(each as CountersignError).code, each.message]).toEqual([code, expect.stringContaining('so it is')])
      expect([to(DEVICE).length, to(TOKEN).length]).toEqual([1, 2])
    }
    const { join, time, to } = office(authority([pending]))
    const errors = await time.run(Promise.all(twelve(() => rejection(join()))))
    expect(errors.map((each) => (each as CountersignError).code)).toEqual(Array(12).fill('device_code_expired'))
    expect(to(DEVICE)).toHaveLength(1)
  },
)

test('who stops waiting leaves the code to the others, and the pace stays', async () => {
  const { join, time, to } = office(authority([pending, pending, tokens]))
  const stop = new AbortController()
  const leaving = rejection(join({ signal: stop.signal }))
  const staying = join()
  await time.settle()
  time.jump(3000)
  stop.abort()
  expect(await leaving).toMatchObject({ code: 'aborted' })
  expect((await time.run(staying)).credential.accessToken).toContain('access-token')
  expect(to(DEVICE)).toHaveLength(1)
})

test('a person who gives up ends it for everybody, and the next one gets a new code', async () => {
  const { join, time, to } = office(authority([pending, tokens]))
  const stop = new AbortController()
  const leaving = rejection(join({ signal: stop.signal, abortEnds: 'login' }))
  const other = rejection(join())
  await time.settle()
  stop.abort()
  expect(await leaving).toMatchObject({ code: 'aborted' })
  expect(await time.run(other)).toMatchObject({ code: 'aborted', message: 'the sign-in was called off' })
  await time.run(join())
  expect(to(DEVICE)).toHaveLength(2)
})

verifies(
  'mcp-step-up-union-and-limit',
  'more scopes make a new code for all of them, and whoever waited for the old one follows',
  async () => {
    const { join, time, to, codes } = office(authority([() => tokens({ scope: 'read write' })]))
    const first = join()
    await time.settle()
    const second = join({ scope: ['write'] })
    const finished = await time.run(Promise.all([first, second]))
    expect(to(DEVICE).map(({ form }) => form.get('scope'))).toEqual(['read', 'read write'])
    expect(finished.map(({ credential }) => credential.scope)).toEqual([
      ['read', 'write'],
      ['read', 'write'],
    ])
    // The first one showed its code, then the other's.
    expect(codes()).toHaveLength(3)
    expect(to(TOKEN)).toHaveLength(1)
  },
)

test('who comes just after the end gets the credential, not another code', async () => {
  const { join, time, to } = office(authority([() => tokens({ scope: 'read' })]))
  await time.run(join({ scope: ['read', 'write'] }))
  const { credential } = await time.run(join({ scope: ['read', 'write'] }))
  expect([credential.scope, to(DEVICE).length]).toEqual([['read'], 1])
  await time.run(join({ insufficient: credential }))
  expect(to(DEVICE)).toHaveLength(2)
})

test('killed between keeping the credential and telling it: the others find it and do not poll again', async () => {
  const { runtime, time, to, stores } = office(authority([tokens]))
  const opened = await openLogin(runtime, stores, place(), { clientId: 'cli' })
  if (opened.type === 'signed_in') throw new Error('there was no credential')
  const before = await stores.pending.read(NAME)
  await time.run(finishLogin(runtime, stores, opened))
  if (before !== undefined) await stores.pending.write(NAME, before)
  expect((await time.run(finishLogin(runtime, stores, opened))).credential.accessToken).toContain('access-token')
  expect(to(TOKEN)).toHaveLength(1)
})

test('stopped while polling: that poll counts, so the next one comes after the interval', async () => {
  const never = new Promise<Response>(() => {})
  const { time, to, join } = office(authority([pending, () => never, tokens]))
  const stop = new AbortController()
  const stopped = rejection(join({ signal: stop.signal }))
  const until = async (polls: number) => {
    while (to(TOKEN).length < polls) await time.run(Promise.race([time.sleep(250), stopped]))
  }
  await until(2)
  stop.abort()
  expect(await stopped).toMatchObject({ code: 'aborted' })
  await time.run(join())
  const [, second = 0, third = 0] = to(TOKEN).map(({ at }) => at)
  expect(third - second).toBeGreaterThanOrEqual(5000)
  expect(to(DEVICE)).toHaveLength(1)
})

test('trouble of one is told to all; a slower pace too', async () => {
  const answers = [() => oauthError('slow_down'), () => new Response('<html>', { status: 503 }), tokens]
  const { join, time, events } = office(authority(answers))
  await time.run(Promise.all([join(), join()]))
  const told = events.flatMap((event): readonly (string | number)[] => {
    if (event.type === 'retrying') return [event.why]
    return event.type === 'slowed_down' ? [event.interval] : []
  })
  expect(told).toEqual([10, 10, 'status 503', 'status 503'])
})

test('a credential that cannot be kept is let go of, and all are told why', async () => {
  const { join, time, to, stores } = office(authority([tokens]))
  stores.vault.write = () => Promise.reject(new CountersignError('vault_unavailable', 'the disk is full'))
  const errors = await time.run(Promise.all([rejection(join()), rejection(join())]))
  const told = { code: 'vault_unavailable', message: 'the disk is full' }
  expect(errors).toMatchObject([told, told])
  expect(to(REVOKE).map(({ form }) => form.get('token'))).toEqual([expect.stringContaining('refresh-token')])
})

test('a page on another host is accepted once for a code, and refused where nobody can be asked', async () => {
  const { join, time, to, codes } = office(authority([pending, tokens], { verification_uri: 'https://login.elsewhere.example/device' }))
  expect(await time.run(rejection(join()))).toMatchObject({ code: 'invalid_response' })
  expect(await time.run(rejection(join({ confirmForeign: () => false })))).toMatchObject({ code: 'aborted' })
  expect(codes()).toEqual([])
  let asked = 0
  const confirmForeign = () => {
    asked++
    return true
  }
  const first = join({ confirmForeign })
  await time.settle()
  await time.run(Promise.all([first, join()]))
  expect([asked, codes().length, to(DEVICE).length]).toEqual([1, 2, 3])
})
