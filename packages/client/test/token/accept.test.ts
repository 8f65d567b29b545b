import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { acceptTokens, type Expectation } from '../../src/token/accept.ts'
import { credential } from '../support/credential.ts'
import { START } from '../support/fake-time.ts'

const received = { accessToken: 'at', tokenType: 'DPoP', expiresIn: 900, refreshToken: 'rt', scope: 'read' }
const { key } = await credential()
const expected: Expectation = { scope: ['read', 'write'], bound: true, key, sentAt: START }

test('what was asked for is accepted, with its end counted from the request', () => {
  expect(acceptTokens(received, expected)).toEqual({
    accessToken: 'at',
    tokenType: 'DPoP',
    scope: ['read'],
    expiresAt: START + 900_000,
    refreshToken: 'rt',
    obtainedAt: START,
    key,
  })
  expect(acceptTokens({ ...received, expiresIn: undefined, refreshToken: undefined }, expected)).not.toHaveProperty('expiresAt')
})

test('scope: the one sent, else the one asked; order and repetition do not matter, case does', () => {
  expect(acceptTokens({ ...received, scope: undefined }, expected).scope).toEqual(['read', 'write'])
  expect(acceptTokens({ ...received, scope: 'write read read' }, expected).scope).toEqual(['write', 'read'])
  expect(acceptTokens({ ...received, scope: '' }, expected).scope).toEqual([])
  expect(acceptTokens({ ...received, scope: 'anything' }, { ...expected, scope: undefined }).scope).toEqual(['anything'])
  expect(() => acceptTokens({ ...received, scope: 'Read' }, expected)).toThrow(expect.objectContaining({ code: 'scope_exceeded' }))
  expect(() => acceptTokens({ ...received, scope: 'read "' }, expected)).toThrow(expect.objectContaining({ code: 'invalid_response' }))
})

verifies('rfc6749-7.1-unknown-token-type', 'DPoP and Bearer without regard to case, and nothing else', () => {
  const type = (tokenType: string, bound: boolean) => acceptTokens({ ...received, tokenType }, { ...expected, bound }).tokenType
  expect([type('dpop', true), type('DPOP', false), type('bearer', false), type('BEARER', false)]).toEqual([
    'DPoP',
    'DPoP',
    'Bearer',
    'Bearer',
  ])
  for (const [tokenType, bound] of [
    ['Bearer', true],
    ['mac', false],
    ['N_A', false],
    ['DPoP\u001b[2J', false],
  ] as const) {
    expect(() => type(tokenType, bound)).toThrow(
      expect.objectContaining({ code: 'token_type_mismatch', message: expect.not.stringContaining('\u001b') }),
    )
  }
})

verifies(
  'rfc9068-6-client-opaque',
  'nothing in this package takes an access token apart, and a token that is no JWT is as good as one that is',
  () => {
    expect(acceptTokens({ ...received, accessToken: 'opaque' }, expected).accessToken).toBe('opaque')
    expect(acceptTokens({ ...received, accessToken: 'eyJhbGciOiJub25lIn0.eyJzY29wZSI6ImFkbWluIn0.' }, expected).scope).toEqual(['read'])
    const root = new URL('../../src/', import.meta.url)
    const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    expect(sources.length).toBeGreaterThan(20)
    for (const name of sources) expect(readFileSync(new URL(name, root), 'utf8')).not.toMatch(/decodeJwt|decodeBase64url|atob|jose/)
  },
)
