/** Signing in by redirect, and every answer that must not be believed. */
import { codeLogin, type CodeLoginOptions, type Discovery } from '@countersign/client'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { ISSUER, metadata, place, rejection, RESOURCE, TOKEN, tokens } from '../support/authority.ts'
import { json, oauthError, routes, stage } from '../support/stage.ts'
import { createHash } from 'node:crypto'

const REDIRECT = 'http://127.0.0.1:4711/callback'
const AUTHORIZE = `${ISSUER}/authorize`
const PAR = `${ISSUER}/par`
const code = (more: Record<string, unknown> = {}): Discovery =>
  place({ metadata: metadata({ authorization_endpoint: AUTHORIZE, code_challenge_methods_supported: ['S256'], ...more }) })

function office(where: Discovery, visit: (url: URL) => string | Promise<string>) {
  const at = stage(routes({ [TOKEN]: () => tokens(), [PAR]: () => json({ request_uri: 'urn:one', expires_in: 60 }, 201) }))
  const sign = (more: Partial<CodeLoginOptions> = {}) =>
    codeLogin(at.runtime, where, { clientId: 'cli', redirectUri: REDIRECT, visit: async ({ url }) => visit(new URL(url)), ...more })
  return { ...at, sign }
}

const answer = (url: URL, more: Record<string, string> = {}) =>
  `${REDIRECT}?${new URLSearchParams({ code: 'the-code', state: url.searchParams.get('state') ?? '', ...more })}`

verifies('seed-002-pkce-where-supported', 'the challenge is S256, and the verifier comes with the code', async () => {
  let visited = new URL(AUTHORIZE)
  const { sign, time, to } = office(code(), (url) => {
    visited = url
    return answer(url)
  })
  const { credential, missing } = await time.run(sign())
  expect([credential.tokenType, credential.resource, missing]).toEqual(['DPoP', RESOURCE, []])
  const asked = Object.fromEntries(visited.searchParams)
  expect(asked).toMatchObject({
    response_type: 'code',
    client_id: 'cli',
    redirect_uri: REDIRECT,
    scope: 'read',
    resource: RESOURCE,
    code_challenge_method: 'S256',
    dpop_jkt: expect.stringMatching(/^[\w-]{43}$/) as string,
  })
  const form = Object.fromEntries(to(TOKEN)[0]?.form ?? [])
  expect(form).toMatchObject({ grant_type: 'authorization_code', code: 'the-code', redirect_uri: REDIRECT, resource: RESOURCE })
  expect(
    createHash('sha256')
      .update(form['code_verifier'] ?? '')
      .digest('base64url'),
  ).toBe(asked['code_challenge'])
  expect(visited.href).not.toContain(form['code_verifier'])
})

test('parameters of one server come along, and replace nothing of the protocol', async () => {
  let visited = new URL(AUTHORIZE)
  const { sign, time } = office(code(), (url) => {
    visited = url
    return answer(url)
  })
  await time.run(sign({ extra: { access_type: 'offline', redirect_uri: 'https://evil.example/', state: 'known', scope: 'all' } }))
  expect(visited.searchParams.getAll('access_type')).toEqual(['offline'])
  expect(visited.searchParams.getAll('redirect_uri')).toEqual([REDIRECT])
  expect(visited.searchParams.getAll('scope')).toEqual(['read'])
  expect(visited.searchParams.getAll('state')).not.toContain('known')
})

test('a server that does not say that it knows S256 is not used', async () => {
  for (const methods of [undefined, [], ['plain']]) {
    const { sign, sent } = office(code({ code_challenge_methods_supported: methods }), answer)
    expect(await rejection(sign())).toMatchObject({ code: 'code_grant_not_supported' })
    expect(sent).toEqual([])
  }
})

test('with pushed requests the browser gets nothing but a reference, and a refusal comes before any browser is opened', async () => {
  let visited = new URL(AUTHORIZE)
  const where = code({ pushed_authorization_request_endpoint: PAR })
  const pushed = office(where, (url) => {
    visited = url
    // The server gives back the state that was pushed.
    return answer(new URL(`${AUTHORIZE}?${pushed.to(PAR)[0]?.form}`))
  })
  await pushed.time.run(pushed.sign())
  expect([...visited.searchParams.keys()]).toEqual(['client_id', 'request_uri'])
  const refusing = stage(routes({ [PAR]: () => oauthError('unauthorized_client') }))
  const visit = () => Promise.reject(new Error('nothing should be opened'))
  const refused = rejection(codeLogin(refusing.runtime, where, { clientId: 'cli', redirectUri: REDIRECT, visit }))
  expect(await refusing.time.run(refused)).toMatchObject({ code: 'authorization_server_error' })
})

describe('answers that are not for this request', () => {
  const promising = { authorization_response_iss_parameter_supported: true }
  const wrong: [string, Record<string, unknown>, (url: URL) => string][] = [
    ['another state', {}, (url) => answer(url, { state: 'x' })],
    ['no state', {}, () => `${REDIRECT}?code=the-code`],
    ['state twice', {}, (url) => `${answer(url)}&state=x`],
    ['code twice', {}, (url) => `${answer(url)}&code=x`],
    ['no code', {}, (url) => answer(url, { code: '' })],
    ['another path', {}, (url) => answer(url).replace('/callback', '/elsewhere')],
    ['another port', {}, (url) => answer(url).replace('4711', '4712')],
    ['no address', {}, () => 'the-code'],
  ]
  test.each(wrong)('%s', async (_, more, visit) => {
    const { sign, sent } = office(code(more), visit)
    expect(await rejection(sign())).toMatchObject({ code: 'response_mismatch' })
    expect(sent).toEqual([])
  })

  verifies(
    'rfc9207-2.4-iss-validation',
    'an iss that is not the issuer, letter by letter, or is missing though promised, ends it unread',
    async () => {
      const answers: [Record<string, unknown>, Record<string, string>][] = [
        [{}, { iss: 'https://evil.example' }],
        [{}, { iss: `${ISSUER}/` }],
        [{}, { iss: ISSUER.toUpperCase() }],
        [promising, {}],
        [promising, { iss: `${ISSUER}/`, error: 'access_denied', error_description: 'words of a stranger' }],
      ]
      for (const [more, parameters] of answers) {
        const { sign, sent } = office(code(more), (url) => answer(url, parameters))
        const error = await rejection(sign())
        expect(error).toMatchObject({ code: 'response_mismatch' })
        expect(error.message).not.toContain('stranger')
        expect(sent).toEqual([])
      }
      const { sign, time } = office(code(promising), (url) => answer(url, { iss: ISSUER }))
      expect((await time.run(sign())).credential.issuer).toBe(ISSUER)
    },
  )

  test('a refusal of the right server is told as what it means', async () => {
    const { sign } = office(code(), (url) => answer(url, { error: 'access_denied', error_description: 'no, thanks' }))
    expect(await rejection(sign())).toMatchObject({ code: 'access_denied', message: expect.stringContaining('no, thanks') as string })
  })
})
