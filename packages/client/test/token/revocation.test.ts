import { bindKey } from '@countersign/client'
import { expect, test } from 'vitest'
import { discardTokens, revokeTokens } from '../../src/token/revocation.ts'
import { rejection, REVOKE } from '../support/authority.ts'
import { credential } from '../support/credential.ts'
import { START } from '../support/fake-time.ts'
import { type Network, stage, text } from '../support/stage.ts'

async function ready(network: Network) {
  const set = stage(network)
  return { ...set, binding: await bindKey(set.runtime, (await credential()).key) }
}

const tokens = { accessToken: 'at', refreshToken: 'rt' }

test('both together never outlast the lock: eight seconds a try, two tries, five seconds between at most', async () => {
  const { runtime, time, binding, sent } = await ready(() => new Promise(() => {}))
  await time.run(rejection(revokeTokens(runtime, binding, { endpoint: REVOKE, clientId: 'cli', patient: true }, tokens)))
  expect(time.clock.now()).toBe(START + 8000)
  expect(sent).toHaveLength(1)
  const busy = await ready(() => text('', 503, { 'retry-after': '5' }))
  await busy.time.run(rejection(revokeTokens(busy.runtime, busy.binding, { endpoint: REVOKE, clientId: 'cli', patient: true }, tokens)))
  expect(busy.sent.map(({ at }) => at - START)).toEqual([0, 5000])
})

test('discarding asks once, without an endpoint not at all, and never fails', async () => {
  const busy = await ready(() => text('', 503))
  await busy.time.run(discardTokens(busy.runtime, busy.binding, { endpoint: REVOKE, clientId: 'cli' }, tokens))
  expect(busy.sent).toHaveLength(1)
  const none = await ready(() => text('', 200))
  await none.time.run(discardTokens(none.runtime, none.binding, { endpoint: undefined, clientId: 'cli' }, tokens))
  expect(none.sent).toHaveLength(0)
})
