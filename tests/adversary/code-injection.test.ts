/**
 * A code that got into the wrong hands: from a log, a Referer, a program that listens on the same loopback port, a history.
 * Whoever has it and nothing else gets nothing, and cannot even spoil it (RFC 9700 section 4.5).
 */
import { codeChallengeOf } from '@countersign/proof'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { allAtOnce, answerOf, APP, openApp, VERIFIER } from '../../packages/authority/test/app.ts'
import { openHouse } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'

const OTHER_VERIFIER = 'mallory-mallory-mallory-mallory-mallory-mallory'

test("a stolen code put into the thief's own sign-in fails at the challenge, and the rightful redemption still succeeds", async () => {
  const house = await openHouse()
  const app = await openApp(house)
  const code = await app.code()
  // The thief starts a sign-in at the very same client and swaps the code in the answer for the stolen one.
  const own = await app.ask({ code_challenge: await codeChallengeOf(house.suite, OTHER_VERIFIER), state: 'of-mallory' })
  expect((await app.redeem(code, { code_verifier: OTHER_VERIFIER })).json).toMatchObject({ error: 'invalid_grant' })
  expect((await app.redeem(own.parameters['code'] ?? '', { code_verifier: VERIFIER })).json).toMatchObject({ error: 'invalid_grant' })
  expect((await app.redeem(code)).status).toBe(200)
})

verifies('rfc9700-2.1.1-pkce-support', 'PKCE cannot be talked away: not when asking, not when redeeming', async () => {
  const house = await openHouse()
  const app = await openApp(house)
  for (const changes of [{ code_challenge: undefined, code_challenge_method: undefined }, { code_challenge_method: 'plain' }]) {
    const answer = answerOf(await house.send('GET', app.address(changes)))
    expect([answer.parameters['error'], answer.parameters['code']]).toEqual(['invalid_request', undefined])
  }
  const code = await app.code()
  for (const code_verifier of [undefined, '', 'plain']) {
    const { json, status } = await app.redeem(code, { code_verifier })
    expect([status, json['access_token']]).toEqual([400, undefined])
  }
})

test('a stolen code brought to another client, with the verifier and all, is nobody else’s', async () => {
  const house = await openHouse()
  const app = await openApp(house)
  const mallory = await openApp(house, { id: 'mallory', confidential: true })
  const code = await app.code()
  expect((await mallory.redeem(code)).json).toMatchObject({ error: 'invalid_grant' })
  expect((await app.redeem(code)).status).toBe(200)
})

test('code and verifier together, without the key the request was made under, redeem nothing', async () => {
  const house = await openHouse()
  const app = await openApp(house, {}, 'ES256')
  const code = await app.code({ dpop_jkt: app.thumbprint })
  const thief = await house.device('ES256', APP)
  const body = { grant_type: 'authorization_code', client_id: APP, code, code_verifier: VERIFIER }
  expect((await thief.request('/token', body)).json).toMatchObject({ error: 'invalid_grant' })
  expect((await house.post('/token', body)).json).toMatchObject({ error: 'invalid_grant' })
  expect((await app.redeem(code)).status).toBe(200)
})

test('a code used twice by whoever could use it ends everything it minted; fifty at once mint one grant', async () => {
  const house = await openHouse()
  const app = await openApp(house)
  const code = await app.code()
  allAtOnce(house, 50)
  const all = await Promise.all(Array.from({ length: 50 }, () => app.redeem(code)))
  const [won, ...more] = all.filter(({ status }) => status === 200)
  expect([more.length, (await house.store.list('grant', house.subject, 99)).length]).toEqual([0, 1])
  expect((await app.redeem(code)).json).toMatchObject({ error: 'invalid_grant' })
  expect((await app.refresh(won?.json['refresh_token'])).json).toMatchObject({ error: 'invalid_grant' })
})

test('neither the id of the request nor anything before the approval is a code', async () => {
  const house = await openHouse()
  const app = await openApp(house)
  const browser = openBrowser(house)
  const page = await browser.signIn('ada', 'correct horse', app.address())
  const request = /name="request" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  expect(request).toMatch(/^[\w-]{43}$/)
  const early = await house.digest('authorization_code', request)
  // Even the code itself, which only the server can make, is worth nothing before somebody approves.
  for (const code of [request, early]) expect((await app.redeem(code)).json).toMatchObject({ error: 'invalid_grant' })
  const answer = answerOf(await browser.submit(page, '/authorize/decide', { decision: 'deny' }))
  expect(answer.parameters['code']).toBeUndefined()
  expect((await app.redeem(early)).json).toMatchObject({ error: 'invalid_grant' })
})
