import { codeChallengeOf, isCodeVerifier, isSha256Text } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { expect, test } from 'vitest'

test('the challenge of RFC 7636 appendix B', async () => {
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  expect(await codeChallengeOf(webSuite(), verifier)).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
})

test('verifiers and challenges have the shape they must have', () => {
  for (const verifier of ['a'.repeat(43), '-._~'.repeat(32)]) expect(isCodeVerifier(verifier)).toBe(true)
  for (const verifier of ['', 'a'.repeat(42), 'a'.repeat(129), `${'a'.repeat(43)}=`, `${'a'.repeat(43)}\n`, `${'a'.repeat(42)}ä`]) {
    expect(isCodeVerifier(verifier), verifier).toBe(false)
  }
  expect(isSha256Text('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')).toBe(true)
  for (const text of ['', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}+`, `${'a'.repeat(42)}=`])
    expect(isSha256Text(text), text).toBe(false)
})
