import { allowPrivateAddresses, type DiscoverOptions, discover, login, vaultName } from '@countersign/client'
import type { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { authority, DEVICE, ISSUER, metadata, RESOURCE, rejection, tokens } from './support/authority.ts'
import { START } from './support/fake-time.ts'
import { json, type Network, oauthError, routes, stage, text } from './support/stage.ts'

const PATH_INSERTED = 'https://mcp.example/.well-known/oauth-protected-resource/mcp'
const ROOT = 'https://mcp.example/.well-known/oauth-protected-resource'
const AS = `${ISSUER}/.well-known/oauth-authorization-server`

const resource = (more: Record<string, unknown> = {}) => json({ resource: RESOURCE, authorization_servers: [ISSUER], ...more })
const server = () => json(metadata())
const challenged = (header: string) => text('', 401, { 'www-authenticate': header })

function finding(network: Network | Record<string, Response>, url = RESOURCE, options: DiscoverOptions = {}) {
  const set = stage(typeof network === 'function' ? network : routes(network))
  const result = discover(set.runtime, url, options)
  return { ...set, run: () => set.time.run(result), failure: () => set.time.run(rejection(result)) as Promise<CountersignError> }
}

verifies('mcp-disc-client-both', 'the challenge comes first, then the path-inserted address, then the root one', async () => {
  const elsewhere = 'https://mcp.example/meta/mcp.json'
  const header = finding({
    [RESOURCE]: challenged(`Bearer resource_metadata="${elsewhere}", scope="read"`),
    [elsewhere]: resource(),
    [AS]: server(),
  })
  expect(await header.run()).toMatchObject({ resource: RESOURCE, issuer: ISSUER, scope: ['read'] })
  expect(header.log()).toEqual([`GET ${RESOURCE}`, `GET ${elsewhere}`, `GET ${AS}`])

  const path = finding({ [RESOURCE]: challenged('Bearer'), [PATH_INSERTED]: resource(), [AS]: server() })
  expect(await path.run()).toMatchObject({ resource: RESOURCE, issuer: ISSUER })
  expect(path.log()).toEqual([`GET ${RESOURCE}`, `GET ${PATH_INSERTED}`, `GET ${AS}`])

  const root = finding({ [RESOURCE]: challenged('Bearer'), [ROOT]: resource(), [AS]: server() })
  expect(await root.run()).toMatchObject({ resource: RESOURCE, issuer: ISSUER })
  expect(root.log()).toEqual([`GET ${RESOURCE}`, `GET ${PATH_INSERTED}`, `GET ${ROOT}`, `GET ${AS}`])
})

test('a challenge of the DPoP scheme, or the second of two, is read as well', async () => {
  const found = finding({
    [RESOURCE]: challenged(`Basic realm="x", DPoP algs="ES256", resource_metadata="${ROOT}", scope="a b"`),
    [ROOT]: resource(),
    [AS]: server(),
  })
  expect(await found.run()).toMatchObject({ issuer: ISSUER, scope: ['a', 'b'] })
})

test('the root document may speak for the whole origin, and then that is the resource', async () => {
  const found = finding({ [ROOT]: resource({ resource: 'https://mcp.example' }), [AS]: server() })
  expect(await found.run()).toMatchObject({ resource: 'https://mcp.example' })
})

verifies('mcp-scope-selection', 'challenge before scopes_supported before nothing', async () => {
  const listed = resource({ scopes_supported: ['read', 'write'] })
  const scopeOf = async (challenge: Response, document: Response) =>
    (await finding({ [RESOURCE]: challenge, [PATH_INSERTED]: document, [AS]: server() }).run()).scope
  expect(await scopeOf(challenged('Bearer scope="only this"'), listed.clone())).toEqual(['only', 'this'])
  expect(await scopeOf(challenged('Bearer'), listed.clone())).toEqual(['read', 'write'])
  expect(await scopeOf(challenged('Bearer'), resource())).toBeUndefined()
  expect(await scopeOf(challenged('Bearer scope="b\u00e4d"'), resource({ scopes_supported: [] }))).toBeUndefined()
})

verifies(
  'rfc9728-3.3-resource-identical',
  'a document about another host or path is discarded, and no authorization server is contacted',
  async () => {
    for (const other of [
      'https://evil.example/mcp',
      'https://mcp.example/other',
      'https://mcp.example/mcp/',
      'https://MCP.example/mcp',
      'http://mcp.example/mcp',
      7,
    ]) {
      const learnt = finding({
        [RESOURCE]: challenged(`Bearer resource_metadata="${ROOT}"`),
        [ROOT]: resource({ resource: other }),
        [AS]: server(),
      })
      expect(await learnt.failure()).toMatchObject({ code: 'resource_mismatch' })
      expect(learnt.log()).toEqual([`GET ${RESOURCE}`, `GET ${ROOT}`])
      const derived = finding({ [PATH_INSERTED]: resource({ resource: other }), [AS]: server() })
      expect(await derived.failure()).toMatchObject({ code: 'resource_mismatch' })
      expect(derived.sent.every(({ url }) => new URL(url).host === 'mcp.example')).toBe(true)
    }
  },
)

test('learnt from a challenge, the root document may not stand for a path', async () => {
  const found = finding({
    [RESOURCE]: challenged(`Bearer resource_metadata="${ROOT}"`),
    [ROOT]: resource({ resource: 'https://mcp.example' }),
    [AS]: server(),
  })
  expect(await found.failure()).toMatchObject({ code: 'resource_mismatch', hint: expect.stringContaining('https://mcp.example') })
})

test('an origin is the same resource with and without its slash', async () => {
  for (const [typed, named] of [
    ['https://mcp.example', 'https://mcp.example/'],
    ['https://mcp.example/', 'https://mcp.example'],
  ] as const) {
    expect((await finding({ [ROOT]: resource({ resource: named }), [AS]: server() }, typed).run()).resource).toBe(named)
  }
})

verifies('mcp-disc-as-order', 'insertion, then OpenID insertion, then OpenID appending; without a path the last two are one', async () => {
  const path = finding({}, 'https://as.example/tenant')
  expect(await path.failure()).toMatchObject({ code: 'discovery_failed' })
  expect(path.log().slice(3)).toEqual([
    'GET https://as.example/.well-known/oauth-authorization-server/tenant',
    'GET https://as.example/.well-known/openid-configuration/tenant',
    'GET https://as.example/tenant/.well-known/openid-configuration',
  ])
  const bare = finding({}, ISSUER)
  await bare.failure()
  expect(bare.log().slice(2)).toEqual([`GET ${AS}`, `GET ${ISSUER}/.well-known/openid-configuration`])
})

test('each of the three forms is enough', async () => {
  const tenant = 'https://as.example/tenant'
  for (const address of [
    'https://as.example/.well-known/oauth-authorization-server/tenant',
    'https://as.example/.well-known/openid-configuration/tenant',
    'https://as.example/tenant/.well-known/openid-configuration',
  ]) {
    const found = await finding({ [address]: json(metadata({}, tenant)) }, tenant).run()
    expect(found).toEqual({ issuer: tenant, metadata: metadata({}, tenant), bindingRequired: false })
  }
})

verifies(
  ['rfc8414-3.3-issuer-identical', 'mcp-disc-issuer-identical'],
  'an issuer that differs by slash, case, port or host is refused and no endpoint is called',
  async () => {
    const variants = [
      'https://as.example/',
      'https://AS.example',
      'https://as.example:443',
      'https://honest.example',
      'HTTPS://as.example',
      '',
      null,
    ]
    for (const issuer of variants) {
      const typed = finding({ [AS]: json({ ...metadata(), issuer }) }, ISSUER)
      expect(await typed.failure()).toMatchObject({ code: 'issuer_mismatch' })
      const listed = finding({ [PATH_INSERTED]: resource(), [AS]: json({ ...metadata(), issuer }) })
      expect(await listed.failure()).toMatchObject({ code: 'issuer_mismatch' })
      for (const { sent } of [typed, listed])
        expect(sent.every(({ method, url }) => method === 'GET' && !url.startsWith(DEVICE))).toBe(true)
    }
    expect(await finding({ [AS]: server() }, `${ISSUER}/`).failure()).toMatchObject({
      code: 'issuer_mismatch',
      message: expect.stringContaining(ISSUER),
    })
  },
)

test('a document about another resource does not keep an issuer on the same host from being found', async () => {
  const found = finding(
    { [`${ISSUER}/.well-known/oauth-protected-resource`]: resource({ resource: 'https://as.example/mcp' }), [AS]: server() },
    ISSUER,
  )
  const result = await found.run()
  expect(result.issuer).toBe(ISSUER)
  expect(result).not.toHaveProperty('resource')
})

test('pages with status 200 are no documents', async () => {
  const everywhere = finding((request) => (request.url === AS ? server() : text('<!doctype html><title>app</title>')), ISSUER)
  expect((await everywhere.run()).issuer).toBe(ISSUER)
  const arrays = finding(() => json([metadata()]), ISSUER)
  expect(await arrays.failure()).toMatchObject({ code: 'discovery_failed', message: expect.stringContaining('no JSON object') })
})

test('a resource that names metadata which is not there is told about', async () => {
  const found = finding({ [RESOURCE]: challenged(`Bearer resource_metadata="${ROOT}"`) })
  expect(await found.failure()).toMatchObject({ code: 'discovery_failed', message: expect.stringContaining('status 404') })
})

test('the caller may choose among the issuers a resource trusts, and no other', async () => {
  const second = 'https://second.example'
  const document = () => resource({ authorization_servers: [ISSUER, second] })
  const table = {
    [PATH_INSERTED]: document(),
    [`${second}/.well-known/oauth-authorization-server`]: json(metadata({}, second)),
    [AS]: server(),
  }
  expect((await finding(table, RESOURCE, { issuer: second }).run()).issuer).toBe(second)
  expect((await finding(table).run()).issuer).toBe(ISSUER)
  expect(await finding(table, RESOURCE, { issuer: 'https://third.example' }).failure()).toMatchObject({ code: 'issuer_mismatch' })
})

test('a resource without metadata works with an issuer named by the person', async () => {
  const found = finding({ [RESOURCE]: challenged('Bearer scope="read"'), [AS]: server() }, RESOURCE, { issuer: ISSUER })
  expect(await found.run()).toMatchObject({ resource: RESOURCE, issuer: ISSUER, scope: ['read'] })
})

test('a resource that trusts nobody is an error', async () => {
  const found = finding({ [PATH_INSERTED]: resource({ authorization_servers: [] }) })
  expect(await found.failure()).toMatchObject({ code: 'discovery_failed' })
})

test('a resource that demands bound tokens says so', async () => {
  const found = finding({ [PATH_INSERTED]: resource({ dpop_bound_access_tokens_required: true }), [AS]: server() })
  expect((await found.run()).bindingRequired).toBe(true)
})

verifies('rfc8628-3.1-tls', 'plain http is refused wherever it turns up; only this machine is excepted', async () => {
  const typed = finding({}, 'http://mcp.example/mcp')
  expect(await typed.failure()).toMatchObject({ code: 'insecure_url' })
  expect(typed.sent).toHaveLength(0)
  for (const member of ['token_endpoint', 'device_authorization_endpoint', 'revocation_endpoint', 'userinfo_endpoint']) {
    const found = finding({ [AS]: json(metadata({ [member]: 'http://as.example/x' })) }, ISSUER)
    expect(await found.failure()).toMatchObject({ code: 'insecure_url', message: expect.stringContaining(member) })
  }
  const listed = finding({ [PATH_INSERTED]: resource({ authorization_servers: ['http://as.example'] }) })
  expect(await listed.failure()).toMatchObject({ code: 'insecure_url' })
  const named = finding({ [RESOURCE]: challenged('Bearer resource_metadata="http://mcp.example/m"') })
  expect(await named.failure()).toMatchObject({ code: 'insecure_url' })

  const local = 'http://127.0.0.1:4000'
  const found = finding({ [`${local}/.well-known/oauth-authorization-server`]: json(metadata({}, local)) }, local)
  expect((await found.run()).issuer).toBe(local)
})

verifies(
  ['rfc9728-7.7-ssrf', 'mcp-sbp-ssrf'],
  'a public server cannot point the client into a private network, or at this machine',
  async () => {
    const inside = [
      '169.254.169.254',
      '10.0.0.7',
      '192.168.1.1',
      '172.20.0.1',
      '2130706433',
      '0x7f.1',
      '0251.0376.0251.0376',
      '[::1]',
      '[::ffff:10.0.0.1]',
      '[fd00::1]',
      '[fe80::1]',
      'localhost',
      'a.localhost',
      'metadata.google.internal.',
    ]
    for (const host of inside) {
      const document = finding({ [RESOURCE]: challenged(`Bearer resource_metadata="https://${host}/m"`) })
      expect(await document.failure()).toMatchObject({ code: 'insecure_url' })
      const issuer = finding({ [PATH_INSERTED]: resource({ authorization_servers: [`https://${host}`] }) })
      expect(await issuer.failure()).toMatchObject({ code: 'insecure_url' })
      const endpoint = finding({ [AS]: json(metadata({ token_endpoint: `https://${host}/token` })) }, ISSUER)
      expect(await endpoint.failure()).toMatchObject({ code: 'insecure_url' })
      const redirect = finding((request) => (request.url === AS ? text('', 302, { location: `https://${host}/m` }) : text('', 404)), ISSUER)
      expect(await redirect.failure()).toMatchObject({ code: 'discovery_failed', message: expect.stringContaining('redirect') })
      for (const { sent } of [document, issuer, endpoint, redirect]) expect(sent.every(({ url }) => url.includes('.example'))).toBe(true)
    }
  },
)

test('inside a private network, and by a switch that only code can set, private addresses are fine', async () => {
  const table = {
    [PATH_INSERTED]: resource({ authorization_servers: ['https://10.0.0.7'] }),
    'https://10.0.0.7/.well-known/oauth-authorization-server': json(metadata({}, 'https://10.0.0.7')),
  }
  expect((await finding(table, RESOURCE, { [allowPrivateAddresses]: true }).run()).issuer).toBe('https://10.0.0.7')
  const near = {
    'https://10.0.0.8/.well-known/oauth-protected-resource': json({
      resource: 'https://10.0.0.8',
      authorization_servers: ['https://10.0.0.7'],
    }),
  }
  expect((await finding({ ...table, ...near }, 'https://10.0.0.8').run()).issuer).toBe('https://10.0.0.7')
})

test('an issuer the person names may be inside, whatever the resource is', async () => {
  const inside = 'https://10.0.0.7'
  const found = finding({ [`${inside}/.well-known/oauth-authorization-server`]: json(metadata({}, inside)) }, RESOURCE, { issuer: inside })
  expect(await found.run()).toMatchObject({ issuer: inside, resource: RESOURCE })
})

test('redirects are followed on the same origin only, and not for ever', async () => {
  const moved = (location: string) => text('', 308, { location })
  const within = finding({ [AS]: moved('/meta.json'), [`${ISSUER}/meta.json`]: server() }, ISSUER)
  expect((await within.run()).issuer).toBe(ISSUER)
  const away = finding({ [AS]: moved('https://evil.example/meta.json'), 'https://evil.example/meta.json': server() }, ISSUER)
  expect(await away.failure()).toMatchObject({ code: 'discovery_failed' })
  expect(away.sent.some(({ url }) => url.includes('evil'))).toBe(false)
  const circle = finding({ [AS]: moved(AS) }, ISSUER)
  await circle.failure()
  expect(circle.to(AS)).toHaveLength(4)
  expect(within.sent.every(({ init }) => init.redirect === 'manual')).toBe(true)
})

test('only the headers of the resource are read, and a resource that never answers is passed over', async () => {
  let cancelled = false
  const endless = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(1024)), cancel: () => void (cancelled = true) })
  const streaming = finding((request) =>
    request.url === RESOURCE ? new Response(endless) : routes({ [PATH_INSERTED]: resource(), [AS]: server() })(request),
  )
  expect((await streaming.run()).issuer).toBe(ISSUER)
  expect(cancelled).toBe(true)
  const silent = finding((request) =>
    request.url === RESOURCE ? new Promise(() => {}) : routes({ [PATH_INSERTED]: resource(), [AS]: server() })(request),
  )
  expect((await silent.run()).issuer).toBe(ISSUER)
  expect(silent.time.clock.now()).toBe(START + 5000)
})

test('a host that is away is a network failure; an abort is an abort', async () => {
  expect(await finding(() => Promise.reject(new TypeError('fetch failed'))).failure()).toMatchObject({ code: 'network_failure' })
  const stop = new AbortController()
  const hanging = finding(
    () => {
      stop.abort()
      return new Promise(() => {})
    },
    RESOURCE,
    { signal: stop.signal },
  )
  expect(await hanging.failure()).toMatchObject({ code: 'aborted' })
})

test('what is no usable URL is refused before anything is sent', async () => {
  for (const url of ['mcp.example', '', 'https://', 'https://me:secret@mcp.example/mcp']) {
    const found = finding({}, url)
    const error = await found.failure()
    expect(error.code).toBe('usage')
    expect(error.message).not.toContain('secret')
    expect(found.sent).toHaveLength(0)
  }
  expect(await finding({}, 'ftp://mcp.example').failure()).toMatchObject({ code: 'insecure_url' })
})

verifies(
  ['rfc9728-5.2-metadata-change', 'mcp-disc-per-as-state'],
  'a new challenge leads to the new authorization server, and nothing of the old one is used there',
  async () => {
    const next = 'https://next.example'
    const moved = `${ROOT}/v2`
    const table = {
      [moved]: resource({ authorization_servers: [next] }),
      [`${next}/.well-known/oauth-authorization-server`]: json(metadata({}, next)),
    }
    const found = finding(table, RESOURCE, { wwwAuthenticate: `Bearer resource_metadata="${moved}"` })
    const result = await found.run()
    expect(result.issuer).toBe(next)
    expect(found.log()[0]).toBe(`GET ${moved}`)
    expect(vaultName(result.issuer, 'cli', RESOURCE, 'default')).not.toBe(vaultName(ISSUER, 'cli', RESOURCE, 'default'))
  },
)

test('discovery and sign-in report a server without the device grant', async () => {
  const { runtime, time, log } = stage((request) => {
    if (request.url === AS) return json(metadata({ device_authorization_endpoint: undefined }))
    return request.method === 'POST' ? authority([tokens])(request) : oauthError('not_found')
  })
  const result = discover(runtime, ISSUER).then((found) => login(runtime, found, { clientId: 'cli' }))
  expect(await time.run(rejection(result))).toMatchObject({ code: 'device_grant_not_supported' })
  expect(log().every((line) => line.startsWith('GET '))).toBe(true)
})
