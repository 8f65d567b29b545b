import { memoryVault, tokensOf, userinfo } from '@countersign/client'
import { webSuite } from '@countersign/proof/web'
import { expect, test } from 'vitest'
import { rejection, TOKEN, USERINFO } from './support/authority.ts'
import { credential } from './support/credential.ts'
import { json, type Network, proofOf, stage, text } from './support/stage.ts'

async function asking(network: Network, more: Parameters<typeof credential>[0] = {}) {
  const set = stage(network)
  const vault = memoryVault()
  await vault.write('n', await credential(more))
  const result = userinfo(set.runtime, tokensOf(set.runtime, vault), 'n')
  return { ...set, run: () => set.time.run(result), failure: () => set.time.run(rejection(result)) }
}

test('the endpoint of the issuer is asked with the token and proof', async () => {
  const { run, sent } = await asking(() => json({ sub: 'u1', name: 'Ada' }))
  expect(await run()).toEqual({ sub: 'u1', name: 'Ada' })
  const [request] = sent
  if (request === undefined) throw new Error('nothing was sent')
  expect([request.method, request.url, request.headers.get('authorization')]).toEqual(['GET', USERINFO, 'DPoP at-1'])
  expect(proofOf(request).claims).toMatchObject({ htm: 'GET', htu: USERINFO, ath: await webSuite().sha256('at-1') })
})

test('a demand for a nonce is met', async () => {
  const answers = [text('', 401, { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'n' }), json({ sub: 'u1' })]
  const { run } = await asking(() => answers.shift() ?? text(''))
  expect((await run()).sub).toBe('u1')
})

test('a server without the endpoint, a refusal and an answer about nobody are errors', async () => {
  expect(await (await asking(() => json({}), { endpoints: { token: TOKEN } })).failure()).toMatchObject({
    code: 'authorization_server_error',
  })
  expect(await (await asking(() => text('', 403))).failure()).toMatchObject({ code: 'authorization_server_error' })
  expect(await (await asking(() => json({ name: 'Ada' }))).failure()).toMatchObject({ code: 'invalid_response' })
  expect(await (await asking(() => text('<h1>hi</h1>'))).failure()).toMatchObject({ code: 'invalid_response' })
  expect(await (await asking(() => new Promise(() => {}))).failure()).toMatchObject({ code: 'network_failure' })
})
