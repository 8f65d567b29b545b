import { parseChallenges } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { CredentialsMissing } from '../src/challenge.ts'
import { bearer, createWorld, METADATA, refusal, RESOURCE } from './world.ts'

verifies(
  'rfc6750-2.1-authorization-header',
  'a bearer token is taken from the Authorization header whatever the case of the scheme',
  async () => {
    const { verify, issuer } = await createWorld()
    const token = await issuer.mint()
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR']) {
      const access = await verify({ authorization: `${scheme} ${token}` })
      expect(access).toMatchObject({ subject: 'ada', clientId: 'cli', grantId: 'grant-1', scope: ['notes:read', 'notes:write'] })
      expect(access.token).toBe(token)
    }
    expect((await verify({ authorization: [`Bearer ${token}`] })).subject).toBe('ada')
  },
)

test('what is let in says who, where from, until when, and does not spill the token when it is printed', async () => {
  const { verify, issuer } = await createWorld()
  const token = await issuer.mint()
  const access = await verify(bearer(token))
  expect(JSON.parse(JSON.stringify(access))).toEqual({
    issuer: 'https://issuer.example',
    subject: 'ada',
    clientId: 'cli',
    scope: ['notes:read', 'notes:write'],
    grantId: 'grant-1',
    expiresAt: 1_800_000_900_000,
    resource: RESOURCE,
  })
  expect(Object.keys({ ...access })).not.toContain('token')
})

verifies('rfc6750-3.1-no-error-without-token', 'a request without credentials is challenged without an error', async () => {
  const { verify, guard } = await createWorld({ scopes: ['notes:read', 'notes:write'], initialScope: ['notes:read'] })
  const without = [{}, { authorization: 'Basic YTpi' }, { authorization: 'Negotiate abc' }, { authorization: '' }]
  for (const headers of without) {
    const { status, challenges, error } = await refusal(verify(headers))
    expect(status).toBe(401)
    expect(error).toBeInstanceOf(CredentialsMissing)
    for (const challenge of challenges.flatMap(parseChallenges)) {
      expect(challenge.parameters).toMatchObject({ scope: 'notes:read', resource_metadata: METADATA })
      expect(Object.keys(challenge.parameters).filter((name) => name.startsWith('error'))).toEqual([])
    }
  }
  // A token in the query is no credential here (OAuth 2.1).
  const token = await (await createWorld()).issuer.mint()
  const { error } = await refusal(guard.verify({ method: 'GET', url: `${RESOURCE}?access_token=${token}`, headers: {} }))
  expect(error).toBeInstanceOf(CredentialsMissing)
})

verifies('rfc6750-3.1-error-status', 'malformed is 400, a bad token 401, too little scope 403', async () => {
  const { verify, issuer } = await createWorld()
  const token = await issuer.mint({ scope: 'notes:read' })
  const malformed = [
    { authorization: ['Bearer a', 'Bearer b'] },
    { authorization: `Bearer ${token}, Bearer ${token}` },
    { authorization: 'Bearer' },
    { authorization: 'Bearer  ' },
    { authorization: `Bearer ${token} ${token}` },
    { authorization: `Bearer "${token}"` },
    { authorization: `Bearer ${token}\u00e9` },
  ]
  for (const headers of malformed) {
    expect(await refusal(verify(headers)), JSON.stringify(headers)).toMatchObject({ code: 'invalid_request', status: 400 })
  }
  const twice = await refusal(verify(bearer(token), { url: `${RESOURCE}?x=1&access_token=${token}` }))
  expect(twice).toMatchObject({ code: 'invalid_request', status: 400 })
  expect(await refusal(verify(bearer(await issuer.mint({ exp: 1 }))))).toMatchObject({ code: 'invalid_token', status: 401 })
  const under = await refusal(verify(bearer(token), { requiredScope: ['notes:read', 'notes:write'] }))
  expect(under).toMatchObject({ code: 'insufficient_scope', status: 403 })
  expect(under.challenges.flatMap(parseChallenges)[0]?.parameters).toMatchObject({ scope: 'notes:read notes:write' })
})

test('a request whose URL cannot be read is malformed, not a crash', async () => {
  const { verify, issuer } = await createWorld()
  const token = await issuer.mint()
  expect(await refusal(verify(bearer(token), { url: 'nonsense' }))).toMatchObject({ code: 'invalid_request', status: 400 })
})
