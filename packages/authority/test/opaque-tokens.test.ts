import { type AccessTokenClaims, encodeBase64url, type Suite } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { expect, test } from 'vitest'
import { openOpaqueTokens } from '../src/tokens/opaque-tokens.ts'

const claims = (jti: string): AccessTokenClaims => ({
  iss: 'https://as.example',
  sub: 'ada',
  aud: 'https://files.example',
  client_id: 'cli',
  iat: 1,
  exp: 2,
  jti,
})

/** The suite, and how often it was asked to open a seal. */
function counting(suite: Suite) {
  let opened = 0
  const counted: Suite = {
    ...suite,
    open: (...given) => {
      opened++
      return suite.open(...given)
    },
  }
  return { suite: counted, opened: () => opened }
}

test('a token is opened once, and its claims cannot be changed', async () => {
  const suite = webSuite()
  const watched = counting(suite)
  const tokens = openOpaqueTokens(watched.suite, suite.random(32))
  const token = await tokens.make(claims('one'))
  for (let round = 0; round < 3; round++) expect(await tokens.read(token)).toEqual(claims('one'))
  expect(watched.opened()).toBe(1)
  expect(Object.isFrozen(await tokens.read(token))).toBe(true)
})

test('what is no token of ours is opened in vain each time, and pushes nothing out', async () => {
  const watched = counting(webSuite())
  const tokens = openOpaqueTokens(watched.suite, watched.suite.random(32))
  const token = await tokens.make(claims('one'))
  await tokens.read(token)
  const strange = () => encodeBase64url(watched.suite.random(200))
  for (let round = 0; round < 5000; round++) expect(await tokens.read(strange())).toBeUndefined()
  const before = watched.opened()
  await tokens.read(token)
  expect(watched.opened()).toBe(before)
  for (const text of ['', 'x', token.slice(1), `${token}A`, 'x'.repeat(9000)]) expect(await tokens.read(text)).toBeUndefined()
})

test('only so many are remembered, and the ones asked for last among them', async () => {
  const watched = counting(webSuite())
  const tokens = openOpaqueTokens(watched.suite, watched.suite.random(32))
  const [first, ...others] = await Promise.all(Array.from({ length: 6000 }, async (_, index) => tokens.make(claims(`${index}`))))
  for (const token of others) {
    await tokens.read(token)
    await tokens.read(first as string)
  }
  expect(watched.opened()).toBe(6000)
  await tokens.read(others[0] as string)
  expect(watched.opened()).toBe(6001)
})
