/** Proofs and tokens that cross over to other people's code and back: jose and oauth4webapi. */
import { createHash, randomUUID } from 'node:crypto'
import { createAccessTokenSigner, createProofVerifier, createProver, publicOf, thumbprint } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { EmbeddedJWK, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import { expect, test } from 'vitest'

const suite = webSuite()
const clock = { now: () => Date.now() }
const TOKEN_ENDPOINT = 'https://authority.example/token'

test('a proof made here verifies with jose by the key it carries', async () => {
  for (const alg of ['ES256', 'EdDSA', 'RS256'] as const) {
    const key = await suite.generateKey(alg)
    const prove = await createProver(suite, clock, key)
    const { payload, protectedHeader } = await jwtVerify(await prove({ method: 'POST', url: TOKEN_ENDPOINT }), EmbeddedJWK, {
      typ: 'dpop+jwt',
      maxTokenAge: 60,
      algorithms: [alg],
    })
    expect(payload).toMatchObject({ htm: 'POST', htu: TOKEN_ENDPOINT })
    expect(protectedHeader.jwk).toEqual(publicOf(key))
  }
})

test('a proof made with jose is accepted here', async () => {
  const verify = createProofVerifier(suite)
  for (const alg of ['ES256', 'EdDSA', 'RS256'] as const) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    const jwk = await exportJWK(publicKey)
    const header = await new SignJWT({
      htm: 'GET',
      htu: 'https://mcp.example/mcp',
      ath: createHash('sha256').update('t').digest('base64url'),
    })
      .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk })
      .setJti(randomUUID())
      .setIssuedAt()
      .sign(privateKey)
    const verified = await verify({ header, method: 'GET', url: 'https://mcp.example/mcp?x=1', now: clock.now(), accessToken: 't' })
    expect(verified.thumbprint).toBe(await thumbprint(suite, jwk as Parameters<typeof thumbprint>[1]))
  }
})

test('the proof oauth4webapi sends while it polls for a device code is accepted here, nonce and all', async () => {
  const as: oauth.AuthorizationServer = { issuer: 'https://authority.example', token_endpoint: TOKEN_ENDPOINT }
  const client: oauth.Client = { client_id: 'cli' }
  for (const alg of ['ES256', 'RS256']) {
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair(alg))
    const proofs: string[] = []
    const answer = (status: number, headers: Record<string, string>, error: string) =>
      new Response(JSON.stringify({ error }), { status, headers: { 'content-type': 'application/json', ...headers } })
    const poll = async () =>
      oauth.deviceCodeGrantRequest(as, client, oauth.None(), 'device-code', {
        DPoP,
        [oauth.customFetch]: async (_url, { headers }) => {
          proofs.push(headers['dpop'] ?? '')
          return answer(400, { 'dpop-nonce': 'nonce-1' }, 'use_dpop_nonce')
        },
      })
    await oauth.processDeviceCodeResponse(as, client, await poll()).catch(() => undefined)
    await poll()
    const verify = createProofVerifier(suite)
    const [first, second] = await Promise.all(
      proofs.map(async (header) => verify({ header, method: 'POST', url: TOKEN_ENDPOINT, now: clock.now() })),
    )
    expect([first?.nonce, second?.nonce]).toEqual([undefined, 'nonce-1'])
    expect(first?.thumbprint).toBe(await DPoP.calculateThumbprint())
    expect(second?.jti).not.toBe(first?.jti)
  }
})

test('a request with a token and a proof made here passes the resource server checks of oauth4webapi', async () => {
  const issuerKey = await suite.generateKey('ES256')
  const sign = await createAccessTokenSigner(suite, issuerKey, 'k1')
  const deviceKey = await suite.generateKey('ES256')
  const prove = await createProver(suite, clock, deviceKey)
  const now = Math.floor(clock.now() / 1000)
  const claims = {
    iss: 'https://authority.example',
    sub: 'subject',
    aud: 'https://mcp.example/mcp',
    client_id: 'cli',
    iat: now,
    exp: now + 60,
    jti: 'token-1',
    cnf: { jkt: await thumbprint(suite, publicOf(deviceKey)) },
  }
  const accessToken = await sign(claims)
  const url = 'https://mcp.example/mcp?x=1'
  const as: oauth.AuthorizationServer = { issuer: claims.iss, jwks_uri: 'https://authority.example/jwks' }
  const jwks = { keys: [{ ...publicOf(issuerKey), kid: 'k1', alg: 'ES256', use: 'sig' }] }
  const judge = (proof: string) =>
    oauth.validateJwtAccessToken(
      as,
      new Request(url, { method: 'POST', headers: { authorization: `DPoP ${accessToken}`, dpop: proof } }),
      claims.aud,
      { requireDPoP: true, [oauth.customFetch]: async () => Response.json(jwks) },
    )
  expect(await judge(await prove({ method: 'POST', url, accessToken }))).toEqual(claims)
  // The judge does judge: a proof for another token, and one of another key, fail.
  await expect(judge(await prove({ method: 'POST', url, accessToken: 'other' }))).rejects.toThrow()
  const stranger = await createProver(suite, clock, await suite.generateKey('ES256'))
  await expect(judge(await stranger({ method: 'POST', url, accessToken }))).rejects.toThrow()
})
