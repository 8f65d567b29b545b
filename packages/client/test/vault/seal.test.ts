import { openCredential, readCredential, type Sealing, sealCredential } from '@countersign/client'
import { webSuite } from '@countersign/proof/web'
import type { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { rejection } from '../support/authority.ts'
import { credential } from '../support/credential.ts'

const suite = webSuite()
const sealing: Sealing = { key: new Uint8Array(32).fill(7), keyId: 'k1', name: 'n' }

test('what was sealed opens again, whole', async () => {
  const kept = await credential()
  expect(await openCredential(suite, sealing, await sealCredential(suite, sealing, kept))).toEqual(kept)
})

verifies(['mcp-refresh-confidential', 'seed-000-dpop'], 'neither tokens nor the private key are readable in the sealed bytes', async () => {
  const kept = await credential()
  const sealed = new TextDecoder('latin1').decode(await sealCredential(suite, sealing, kept))
  for (const secret of [kept.accessToken, 'rt-1', kept.key.d, 'accessToken', kept.issuer]) expect(sealed).not.toContain(secret)
})

test('another key, key id or name, and any flipped bit, do not open, and say so without a secret', async () => {
  const sealed = await sealCredential(suite, sealing, await credential())
  const others: readonly Sealing[] = [
    { ...sealing, key: new Uint8Array(32).fill(8) },
    { ...sealing, keyId: 'k2' },
    { ...sealing, name: 'm' },
  ]
  for (const other of others) expect(await rejection(openCredential(suite, other, sealed))).toMatchObject({ code: 'vault_corrupt' })
  for (let index = 0; index < sealed.length; index += 37) {
    const bent = sealed.slice()
    bent[index] = (bent[index] ?? 0) ^ 1
    const error = (await rejection(openCredential(suite, sealing, bent))) as CountersignError
    expect(error.code).toBe('vault_corrupt')
    expect(error.hint).toBeDefined()
    expect(error.cause).toBeUndefined()
  }
  for (const length of [0, 11, 27]) {
    expect(await rejection(openCredential(suite, sealing, sealed.slice(0, length)))).toMatchObject({ code: 'vault_corrupt' })
  }
})

test('sealed bytes that hold no credential fail closed', async () => {
  const bytes = (text: string) =>
    suite.seal(sealing.key, new TextEncoder().encode(text), JSON.stringify(['countersign-credential-1', 'n', 'k1']))
  for (const text of ['', 'null', '[]', '{"version":2}', 'not json rt-1']) {
    const error = await rejection(openCredential(suite, sealing, await bytes(text)))
    expect(error).toMatchObject({ code: 'vault_corrupt' })
    expect(error.message).not.toContain('rt-1')
  }
})

test('a credential is recognised by all its members, and strangers are left out', async () => {
  const kept = await credential()
  expect(readCredential({ ...kept, later: 1 })).toEqual(kept)
  const { resource: _resource, expiresAt: _expiresAt, refreshToken: _refreshToken, ...least } = kept
  expect(readCredential(least)).toEqual(least)
  const wrong: Record<string, unknown>[] = [
    { version: 2 },
    { issuer: '' },
    { clientId: 7 },
    { accessToken: undefined },
    { tokenType: 'MAC' },
    { scope: 'read' },
    { scope: ['read', 7] },
    { generation: '1' },
    { obtainedAt: null },
    { resource: 7 },
    { refreshToken: '' },
    { expiresAt: 'soon' },
    { key: { kty: 'RSA', n: 'n', e: 'e', d: 'd' } },
    { key: { kty: 'oct', k: 'k' } },
    { key: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } },
    { key: undefined },
    { endpoints: {} },
    { endpoints: { token: 'https://as.example/token', revocation: 7 } },
  ]
  for (const members of wrong) expect(readCredential({ ...kept, ...members })).toBeUndefined()
  for (const value of [null, 'x', 7, [kept]]) expect(readCredential(value)).toBeUndefined()
})
