/** Redirect or code: what the authorization server offers and what the client is registered for. The rest is in tests/interop. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { metadata, pending } from '../../client/test/support/authority.ts'
import { ladderStage } from './support/ladder-stage.ts'

const code = {
  authorization_endpoint: 'https://as.example/authorize',
  code_challenge_methods_supported: ['S256'],
  response_types_supported: ['code'],
}
const { device_authorization_endpoint: _left, ...withoutDevice } = metadata()
const redirectUri = 'http://127.0.0.1/callback'

async function flowOf(options: Parameters<typeof ladderStage>[1]) {
  const { one } = ladderStage([pending], options)
  onTestFinished(one.close)
  const flow = await one.begin(['read'])
  return flow?.invitation.userCode === '' ? 'link' : 'code'
}

describe('capability matrix', () => {
  verifies(
    ['sep2059-7.2-flow-priority', 'seed-004-not-default-modality'],
    'a redirect where it is possible, a code where it is not',
    async () => {
      const both = { ...metadata(), ...code }
      expect(await flowOf({ browser: true, provider: { metadata: both, redirectUri } })).toBe('link')
      expect(await flowOf({ browser: true, provider: { metadata: { ...withoutDevice, ...code }, redirectUri } })).toBe('link')
      expect(await flowOf({ browser: false, provider: { metadata: both, redirectUri } })).toBe('code')
      expect(await flowOf({ provider: { metadata: both, redirectUri } })).toBe('code')
      expect(await flowOf({ browser: true, provider: { metadata: both } })).toBe('code')
      expect(await flowOf({ browser: true, provider: { metadata: metadata(), redirectUri } })).toBe('code')
      // Without PKCE (S256) a redirect is not the safer way.
      const plain = { ...both, code_challenge_methods_supported: ['plain'] }
      expect(await flowOf({ browser: true, provider: { metadata: plain, redirectUri } })).toBe('code')
    },
  )

  test('with neither in reach it says so', async () => {
    const alone = { metadata: { ...withoutDevice, ...code }, redirectUri }
    await expect(flowOf({ browser: false, provider: alone })).rejects.toMatchObject({ code: 'device_grant_not_supported' })
    await expect(flowOf({ browser: true, provider: { ...alone, metadata: withoutDevice } })).rejects.toMatchObject({
      code: 'device_grant_not_supported',
    })
  })
})
