import { memoryStore } from '@countersign/authority'
import { decodeJwt } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { expect, test } from 'vitest'
import { openSigningKeys, rotateSigningKey, type SigningKeys } from '../src/tokens/signing-keys.ts'
import { testClock } from './house.ts'

const claims = { iss: 'i', sub: 's', aud: 'a', client_id: 'c', iat: 1, exp: 2, jti: 'j' }

function ports() {
  const clock = testClock()
  return { store: memoryStore(clock), suite: webSuite(), clock, sealingKey: new Uint8Array(32).fill(3) }
}
const keyIds = async (keys: { jwks(): Promise<string> }) =>
  (JSON.parse(await keys.jwks()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
const signer = async (keys: Pick<SigningKeys, 'sign'>) => decodeJwt(await keys.sign(claims))?.header['kid']

test('a new key is published at once, signs when every cache has it, and the old one stays until its tokens are gone', async () => {
  const given = ports()
  const keys = await openSigningKeys(given)
  const [first] = await keyIds(keys)
  const token = await keys.sign(claims)
  const second = await rotateSigningKey(given)
  given.clock.advance(61)
  expect(await keyIds(keys)).toEqual([first, second])
  expect(await signer(keys)).toBe(first)
  given.clock.advance(600)
  expect(await signer(keys)).toBe(second)
  const verify = await keys.keyFor(first, 'ES256')
  expect(await verify?.(token)).toBe(true)
  given.clock.advance(2 * 3600)
  expect(await keyIds(keys)).toEqual([second])
  expect(await keys.keyFor(first, 'ES256')).toBeUndefined()
})

test('after a quarter of a year a key is rotated without being asked', async () => {
  const given = ports()
  const keys = await openSigningKeys(given)
  const [first] = await keyIds(keys)
  given.clock.advance(90 * 86_400)
  const during = await keyIds(keys)
  expect(during).toHaveLength(2)
  expect(await signer(keys)).toBe(first)
  given.clock.advance(3 * 3600)
  expect(await keyIds(keys)).toEqual(during.slice(1))
})

test('servers that start, or rotate, at once agree on one key', async () => {
  const given = ports()
  const all = await Promise.all(Array.from({ length: 5 }, () => openSigningKeys(given)))
  const seen = await Promise.all(all.map(keyIds))
  expect(new Set(seen.flat()).size).toBe(1)
  given.clock.advance(90 * 86_400)
  const later = await Promise.all(all.map(keyIds))
  expect(new Set(later.flat()).size).toBe(2)
})

test('no private key is in the store in clear, and another sealing key opens none', async () => {
  const given = ports()
  const keys = await openSigningKeys(given)
  const rows = JSON.stringify(await given.store.list('signing_key', 'all', 10))
  expect(rows).not.toContain('"d"')
  expect(await keys.jwks()).not.toContain('"d"')
  await expect(openSigningKeys({ ...given, sealingKey: new Uint8Array(32).fill(4) })).rejects.toMatchObject({
    code: 'configuration_invalid',
  })
})
