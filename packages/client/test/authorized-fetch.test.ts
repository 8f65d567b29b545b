import { authorizedFetch, type Credential, memoryVault, tokensOf, vaultName } from '@countersign/client'
import { webSuite } from '@countersign/proof/web'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { DEVICE, ISSUER, rejection, RESOURCE, TOKEN } from './support/authority.ts'
import { credential } from './support/credential.ts'
import { json, type Network, proofOf, stage, text } from './support/stage.ts'

async function calling(network: Network, more: Partial<Credential> = {}) {
  const set = stage(network)
  const vault = memoryVault()
  await vault.write('n', await credential(more))
  return { ...set, vault, fetch: authorizedFetch(set.runtime, tokensOf(set.runtime, vault), 'n'), run: set.time.run }
}

const nonceWanted = (nonce: string) => text('', 401, { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': nonce })
const tokenRefused = () => text('', 401, { 'www-authenticate': 'DPoP error="invalid_token", resource_metadata="https://mcp.example/m"' })

verifies(
  ['rfc9449-4.2-ath', 'rfc9449-4.2-proof-claims', 'rfc6750-2-single-method'],
  'the token goes in one header with a proof that names it, and not in the address',
  async () => {
    const { fetch, run, sent } = await calling(() => json({ ok: true }))
    const response = await run(
      fetch(`${RESOURCE}?page=2#top`, {
        method: 'post',
        headers: { authorization: 'Bearer mine', dpop: 'mine', 'x-own': '1' },
        body: '{}',
      }),
    )
    expect(await response.json()).toEqual({ ok: true })
    const [request] = sent
    if (request === undefined) throw new Error('nothing was sent')
    expect(request.headers.get('authorization')).toBe('DPoP at-1')
    expect(request.headers.get('x-own')).toBe('1')
    expect(request.url).not.toContain('at-1')
    expect(request.init.body).toBe('{}')
    const { claims } = proofOf(request)
    expect(claims).toMatchObject({ htm: 'POST', htu: RESOURCE, ath: await webSuite().sha256('at-1') })
  },
)

verifies('mcp-token-header-every-request', 'every request carries the token in the header and a proof of its own', async () => {
  const { fetch, run, sent } = await calling(() => json({}))
  for (let times = 0; times < 30; times++) await run(fetch(RESOURCE, { method: 'POST', body: `${times}` }))
  expect(sent.every(({ headers }) => headers.get('authorization') === 'DPoP at-1')).toBe(true)
  expect(sent.every(({ url }) => url === RESOURCE)).toBe(true)
  expect(new Set(sent.map((request) => proofOf(request).claims['jti'])).size).toBe(30)
})

test('an unbound token is sent as Bearer, without proof', async () => {
  const { fetch, run, sent } = await calling(() => json({}), { tokenType: 'Bearer' })
  await run(fetch(RESOURCE))
  expect(sent[0]?.headers.get('authorization')).toBe('Bearer at-1')
  expect(sent[0]?.headers.has('dpop')).toBe(false)
})

verifies(
  ['mcp-client-no-foreign-tokens', 'rfc9728-7.4-audience-restricted'],
  'a token never leaves the origin of its resource',
  async () => {
    const { fetch, run, sent } = await calling(() => json({}))
    for (const url of [
      'https://other.example/mcp',
      'https://mcp.example:8443/mcp',
      'https://mcp.example.evil.example/mcp',
      `${ISSUER}/userinfo`,
      'https://sub.mcp.example/mcp',
    ]) {
      expect(await run(rejection(fetch(url)))).toMatchObject({ code: 'resource_mismatch' })
    }
    expect(await run(rejection(fetch('http://mcp.example/mcp')))).toMatchObject({ code: 'insecure_url' })
    expect(sent).toHaveLength(0)
    await run(fetch('https://mcp.example/other/path'))
    expect(sent).toHaveLength(1)
  },
)

verifies('rfc9728-7.4-audience-restricted', 'two resources have two credentials, each with its own token', async () => {
  const { runtime, time, sent } = stage(() => json({}))
  const vault = memoryVault()
  const other = 'https://other.example/mcp'
  const one = vaultName(ISSUER, 'cli', RESOURCE, 'default')
  const two = vaultName(ISSUER, 'cli', other, 'default')
  await vault.write(one, await credential({ accessToken: 'for-one' }))
  await vault.write(two, await credential({ accessToken: 'for-two', resource: other }))
  const tokens = tokensOf(runtime, vault)
  await time.run(Promise.all([authorizedFetch(runtime, tokens, one)(RESOURCE), authorizedFetch(runtime, tokens, two)(other)]))
  expect(Object.fromEntries(sent.map(({ url, headers }) => [url, headers.get('authorization')]))).toEqual({
    [RESOURCE]: 'DPoP for-one',
    [other]: 'DPoP for-two',
  })
})

test('a credential without a resource is for no resource', async () => {
  const { fetch, run, sent, vault } = await calling(() => json({}))
  const { resource: _resource, ...bare } = await credential()
  await vault.write('n', bare)
  expect(await run(rejection(fetch(RESOURCE)))).toMatchObject({ code: 'resource_mismatch' })
  expect(sent).toHaveLength(0)
})

verifies('sep1932-mcp-dpop-client', 'a demand for a nonce is met once, with the same body and a new proof', async () => {
  const answers = [nonceWanted('n1'), json({ ok: 1 })]
  const { fetch, run, sent } = await calling(() => answers.shift() ?? json({}))
  expect((await run(fetch(RESOURCE, { method: 'POST', body: 'hello' }))).status).toBe(200)
  expect(sent.map(({ init }) => init.body)).toEqual(['hello', 'hello'])
  expect(sent.map((request) => proofOf(request).claims['nonce'])).toEqual([undefined, 'n1'])
  expect(new Set(sent.map((request) => proofOf(request).claims['jti'])).size).toBe(2)
  let round = 0
  const endless = await calling(() => nonceWanted(`n${round++}`))
  expect((await endless.run(endless.fetch(RESOURCE))).status).toBe(401)
  expect(endless.sent).toHaveLength(2)
})

verifies(
  'rfc9449-8.2-adopt-new-nonce',
  'nonces that come with success are used next, and the two servers are kept apart even on one host',
  async () => {
    let round = 0
    const { fetch, run, sent, time } = await calling(
      ({ url }) => {
        if (url === TOKEN)
          return json({ access_token: 'at-2', token_type: 'DPoP', expires_in: 900 }, 200, { 'dpop-nonce': 'of-the-authority' })
        return json({}, 200, { 'dpop-nonce': `of-the-resource-${++round}` })
      },
      { resource: `${ISSUER}/mcp` },
    )
    await run(fetch(`${ISSUER}/mcp`))
    await run(fetch(`${ISSUER}/mcp`))
    time.jump(890_000)
    await run(fetch(`${ISSUER}/mcp`))
    expect(sent.map((request) => [request.url, proofOf(request).claims['nonce']])).toEqual([
      [`${ISSUER}/mcp`, undefined],
      [`${ISSUER}/mcp`, 'of-the-resource-1'],
      [TOKEN, undefined],
      [`${ISSUER}/mcp`, 'of-the-resource-2'],
    ])
  },
)

test('a token the resource no longer takes is renewed once', async () => {
  const { fetch, run, sent, time } = await calling(({ url, headers }) => {
    if (url === TOKEN) return json({ access_token: 'at-2', token_type: 'DPoP', expires_in: 900, refresh_token: 'rt-2' })
    return headers.get('authorization') === 'DPoP at-2' ? json({ ok: 1 }) : tokenRefused()
  })
  time.jump(60_000)
  expect((await run(fetch(RESOURCE, { method: 'POST', body: 'x' }))).status).toBe(200)
  expect(sent.map(({ url }) => url)).toEqual([RESOURCE, TOKEN, RESOURCE])
})

test('a token that has just been renewed is not renewed again: the refusal is passed on', async () => {
  let renewals = 1
  const { fetch, run, to, time } = await calling(({ url }) =>
    url === TOKEN ? json({ access_token: `at-${++renewals}`, token_type: 'DPoP', expires_in: 900 }) : tokenRefused(),
  )
  time.jump(60_000)
  for (let times = 0; times < 5; times++) expect((await run(fetch(RESOURCE))).status).toBe(401)
  expect(to(TOKEN)).toHaveLength(1)
})

test('a 401 for another reason is passed on as it is', async () => {
  const { fetch, run, sent, time } = await calling(() => text('', 401, { 'www-authenticate': 'DPoP error="insufficient_scope"' }))
  time.jump(60_000)
  expect((await run(fetch(RESOURCE))).status).toBe(401)
  expect(sent).toHaveLength(1)
})

test('redirects are returned, never followed', async () => {
  const { fetch, run, sent } = await calling(() => text('', 307, { location: 'https://evil.example/' }))
  expect((await run(fetch(RESOURCE, { redirect: 'follow' }))).status).toBe(307)
  expect(sent[0]?.init.redirect).toBe('manual')
})

test('a stream as body is sent once only', async () => {
  const { fetch, run, sent, time } = await calling(() => nonceWanted('n1'))
  time.jump(60_000)
  const body = new ReadableStream({ start: (to) => to.close() })
  expect((await run(fetch(RESOURCE, { method: 'POST', body }))).status).toBe(401)
  expect(sent).toHaveLength(1)
})

test('when nobody is signed in, nothing is sent and nothing is started', async () => {
  const { fetch, run, sent, vault, to } = await calling(() => json({}))
  await vault.remove('n')
  expect(await run(rejection(fetch(RESOURCE)))).toMatchObject({ code: 'not_signed_in' })
  expect(sent).toHaveLength(0)
  expect(to(DEVICE)).toHaveLength(0)
})
