import { createProofVerifier, decodeJwt } from '@countersign/proof'
import { nodeSuite, systemClock } from '@countersign/node'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { countersign } from '../command.ts'
import { keptVault } from '../support/kept.ts'

const API = 'https://api.example/v1'

async function headers(args: readonly string[], more = {}) {
  const { environment } = await keptVault({ resource: API, accessToken: 'at"1', ...more })
  return countersign(['header', ...args], { environment })
}

verifies('rfc9449-4.2-ath', 'a proof for exactly this method, address, token and nonce comes with the token', async () => {
  const { code, stdout } = await headers([`${API}/notes?page=2`, '--method', 'patch', '--nonce', 'n1'])
  const [authorization = '', dpop = '', ...rest] = stdout.split('\n')
  expect({ code, authorization, rest }).toEqual({ code: 0, authorization: 'Authorization: DPoP at"1', rest: [''] })
  const verify = createProofVerifier(nodeSuite())
  const proof = dpop.replace(/^DPoP: /, '')
  const request = { header: proof, method: 'PATCH', url: `${API}/notes`, now: systemClock().now(), accessToken: 'at"1' }
  await verify(request)
  await expect(verify({ ...request, method: 'POST' })).rejects.toThrow()
  await expect(verify({ ...request, accessToken: 'at"2' })).rejects.toThrow()
  expect(decodeJwt(proof)?.claims['nonce']).toBe('n1')
})

test('a token that is bound to nothing is a Bearer token, alone', async () => {
  expect((await headers([API], { tokenType: 'Bearer' })).stdout).toBe('Authorization: Bearer at"1\n')
})

describe('for other programs', () => {
  test('as a configuration that curl reads, the token quoted', async () => {
    const { stdout } = await headers([API, '--format', 'curl'], { tokenType: 'Bearer' })
    expect(stdout).toBe('header = "Authorization: Bearer at\\"1"\n')
  })

  test('as one object of headers, and with --json with what they are for', async () => {
    const plain = await headers([API, '--format', 'object'], { tokenType: 'Bearer' })
    expect(JSON.parse(plain.stdout)).toEqual({ Authorization: 'Bearer at"1' })
    const told = JSON.parse((await headers([API, '--json'])).stdout) as Record<string, unknown>
    expect(told).toMatchObject({ method: 'GET', url: API, token_type: 'DPoP', headers: { Authorization: 'DPoP at"1' } })
    expect(Object.keys(told['headers'] as object)).toEqual(['Authorization', 'DPoP'])
    expect(Date.parse(String(told['expires_at']))).toBeGreaterThan(0)
  })
})

verifies('mcp-client-no-foreign-tokens', 'for another place there are none', async () => {
  for (const url of ['https://api.example/v10', 'https://api.example:8443/v1', 'https://evil.example/v1', 'http://api.example/v1']) {
    expect(await headers([url])).toMatchObject({ code: 5, stdout: '' })
  }
  expect(await headers([API, '--method', 'GET /'])).toMatchObject({ code: 2, stdout: '' })
})
