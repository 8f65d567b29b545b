import { type OAuthError, parseChallenges } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { bearer, createWorld, METADATA, refusal } from './world.ts'

const parsed = (challenges: string[]) => challenges.flatMap(parseChallenges)

verifies(
  ['rfc9449-7.1-challenge', 'rfc6750-3-challenge'],
  'both schemes are offered, each as one header line with a parameter',
  async () => {
    const { verify } = await createWorld()
    const { challenges } = await refusal(verify({}))
    expect(challenges).toEqual([`Bearer resource_metadata="${METADATA}"`, `DPoP algs="ES256 EdDSA RS256", resource_metadata="${METADATA}"`])
  },
)

verifies(
  ['rfc9449-7.1-challenge', 'rfc6750-3-challenge'],
  'the error stands in the challenge of the scheme that was tried, which comes first',
  async () => {
    const { verify, issuer, device } = await createWorld()
    const phone = await device()
    const expired = { exp: 1 }
    const one = parsed((await refusal(verify(bearer(await issuer.mint(expired))))).challenges)
    expect(one.map(({ scheme, parameters }) => [scheme, parameters['error']])).toEqual([
      ['Bearer', 'invalid_token'],
      ['DPoP', undefined],
    ])
    const token = await issuer.mint({ ...expired, cnf: { jkt: phone.thumbprint } })
    const other = parsed((await refusal(verify(await phone.headers(token)))).challenges)
    expect(other.map(({ scheme, parameters }) => [scheme, parameters['error'], parameters['algs']])).toEqual([
      ['DPoP', 'invalid_token', 'ES256 EdDSA RS256'],
      ['Bearer', undefined, undefined],
    ])
    const living = await issuer.mint({ cnf: { jkt: phone.thumbprint } })
    const [proof] = parsed((await refusal(verify({ authorization: `DPoP ${living}` }))).challenges)
    expect(proof).toMatchObject({
      scheme: 'DPoP',
      parameters: { error: 'invalid_dpop_proof', error_description: 'the request carries no DPoP proof' },
    })
  },
)

verifies(
  ['mcp-error-statuses', 'rfc6750-3-challenge'],
  'every refusal can be parsed, names nothing twice and holds no odd character',
  async () => {
    const { verify, issuer, device } = await createWorld({ initialScope: ['notes:read'] })
    const phone = await device()
    const bound = await issuer.mint({ cnf: { jkt: phone.thumbprint } })
    const expired = await issuer.mint({ exp: 1 })
    const living = await issuer.mint()
    const refused: [number, Parameters<typeof verify>][] = [
      [401, [{}]],
      [400, [{ authorization: 'Bearer a b' }]],
      [401, [bearer('no-token-at-all')]],
      [401, [bearer(expired)]],
      [401, [bearer(bound)]],
      [401, [{ authorization: `DPoP ${bound}`, dpop: 'x' }]],
      [403, [bearer(living), { requiredScope: ['admin'] }]],
    ]
    for (const [expected, request] of refused) {
      const { status, challenges } = await refusal(verify(...request))
      expect(status).toBe(expected)
      expect(challenges.length).toBeGreaterThan(0)
      for (const challenge of challenges) {
        expect(challenge).toMatch(/^(Bearer|DPoP) [a-z_]+="[\x20\x21\x23-\x5b\x5d-\x7e]*"(, [a-z_]+="[\x20\x21\x23-\x5b\x5d-\x7e]*")*$/)
        const names = [...challenge.matchAll(/([a-z_]+)="/g)].map((match) => match[1])
        expect(new Set(names).size).toBe(names.length)
      }
    }
  },
)

verifies('mcp-scope-challenge', 'a 401 names the scopes of the operation, not the whole catalogue', async () => {
  const { verify, issuer } = await createWorld({ scopes: ['notes:read', 'notes:write', 'admin'], initialScope: ['notes:read'] })
  const scopeOf = async (access: Promise<unknown>) =>
    parsed((await refusal(access)).challenges).map(({ parameters }) => parameters['scope'])
  expect(await scopeOf(verify({}, { requiredScope: ['notes:read', 'notes:write'] }))).toEqual([
    'notes:read notes:write',
    'notes:read notes:write',
  ])
  expect(await scopeOf(verify(bearer(await issuer.mint({ exp: 1 })), { requiredScope: ['notes:write'] }))).toEqual([
    'notes:write',
    'notes:write',
  ])
  expect(await scopeOf(verify({}))).toEqual(['notes:read', 'notes:read'])
})

verifies(
  ['mcp-insufficient-scope-403', 'rfc9728-5.1-challenge-parameter'],
  'too little scope is one challenge with error, all scopes and the metadata, for either scheme',
  async () => {
    const { verify, guard, issuer, device } = await createWorld()
    const phone = await device()
    const requiredScope = ['notes:read', 'notes:write', 'admin']
    const expected = (scheme: string) => [
      expect.objectContaining({
        scheme,
        parameters: expect.objectContaining({ error: 'insufficient_scope', scope: requiredScope.join(' '), resource_metadata: METADATA }),
      }),
    ]
    const asBearer = await refusal(verify(bearer(await issuer.mint()), { requiredScope }))
    expect(asBearer.status).toBe(403)
    expect(parsed(asBearer.challenges)).toEqual(expected('Bearer'))
    const token = await issuer.mint({ cnf: { jkt: phone.thumbprint } })
    const asDpop = await refusal(verify(await phone.headers(token), { requiredScope }))
    expect(asDpop.status).toBe(403)
    expect(parsed(asDpop.challenges)).toEqual(expected('DPoP'))

    // The same for a handler that finds out later.
    const access = await verify(await phone.headers(token))
    const later: OAuthError = guard.insufficientScope(access, requiredScope)
    expect(later.status).toBe(403)
    expect([later.headers['www-authenticate'] ?? []].flat().flatMap(parseChallenges)).toEqual(expected('DPoP'))
  },
)

verifies('mcp-scope-hierarchy', 'a scope that includes another covers it, over several steps and in circles', async () => {
  const implies = {
    admin: ['notes:write', 'constructor'],
    'notes:write': ['notes:read'],
    'notes:read': ['admin:circle'],
    'admin:circle': ['notes:read'],
  }
  const { verify, issuer, guard } = await createWorld({ implies })
  const admin = bearer(await issuer.mint({ scope: 'admin' }))
  expect((await verify(admin, { requiredScope: ['notes:read'] })).scope).toEqual(['admin'])
  const reader = bearer(await issuer.mint({ scope: 'notes:read' }))
  expect(await refusal(verify(reader, { requiredScope: ['notes:write'] }))).toMatchObject({ status: 403 })
  expect(guard.lacking(['notes:write'], ['notes:read', 'admin', 'other'])).toEqual(['admin', 'other'])
  // Names that objects have by nature include nothing.
  expect(guard.lacking(['constructor', '__proto__'], ['notes:read'])).toEqual(['notes:read'])
  expect(await refusal(verify(bearer(await issuer.mint({ scope: undefined })), { requiredScope: ['notes:read'] }))).toMatchObject({
    status: 403,
  })
})

test('a token without scope passes where none is needed', async () => {
  const { verify, issuer } = await createWorld()
  expect((await verify(bearer(await issuer.mint({ scope: undefined })))).scope).toEqual([])
})
