/** Somebody else's page, frame or link that wants a yes the person never gave (RFC 6749 sections 10.12 and 10.13). */
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { answerOf, openApp } from '../../packages/authority/test/app.ts'
import { openHouse } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'

async function asked() {
  const house = await openHouse()
  const app = await openApp(house)
  const browser = openBrowser(house)
  const page = await browser.signIn('ada', 'correct horse', app.address())
  const request = /name="request" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const row = await house.digest('authorization_code_row', await house.digest('authorization_code', request))
  const state = async () => ((await house.store.read('code', row))?.value as { state?: string } | undefined)?.state
  return { house, app, browser, page, request, state }
}

verifies(['rfc6749-10.12-csrf-consent', 'mcp-sbp-consent-cookie'], 'forms from elsewhere answer nothing', async () => {
  const { house, browser, page, request, state } = await asked()
  const own = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const approve = { decision: 'approve' }
  const attempts: [Record<string, string>, Record<string, string>][] = [
    [{ csrf: '' }, {}],
    [{ csrf: `${own.slice(0, -1)}~` }, {}],
    [{}, { origin: 'https://evil.example' }],
    [{}, { origin: 'null' }],
    [{}, { 'sec-fetch-site': 'cross-site' }],
    [{}, { 'sec-fetch-site': 'same-site' }],
  ]
  for (const [fields, headers] of attempts) {
    expect((await browser.submit(page, '/authorize/decide', { ...approve, ...fields }, headers)).status).toBe(403)
  }
  const stranger = openBrowser(house)
  await stranger.signIn()
  expect((await stranger.submit(page, '/authorize/decide', approve)).status).toBe(403)
  // Nobody signed in: the way leads through signing in and back to the question, never to an answer.
  const body = new URLSearchParams({ request, decision: 'approve', csrf: own }).toString()
  expect((await openBrowser(house).visit('POST', '/authorize/decide', body)).body).toContain('type="password"')
  expect(await state()).toBe('pending')
  expect(answerOf(await browser.submit(page, '/authorize/decide', approve)).parameters).toHaveProperty('code')
})

test('no link approves: GET shows the page and changes nothing, whatever its query says', async () => {
  const { browser, page, request, state } = await asked()
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  for (const query of [`request=${request}`, `request=${request}&decision=approve&csrf=${csrf}&confirmed=yes`]) {
    for (const method of ['GET', 'HEAD']) await browser.visit(method, `/authorize/decide?${query}`)
  }
  expect(await state()).toBe('pending')
})

verifies('rfc9700-4.16-clickjacking', 'neither the question nor a refusal can be framed', async () => {
  const { app, browser, page } = await asked()
  for (const shown of [
    page,
    await browser.get(app.address({ redirect_uri: 'https://evil.example/' })),
    await browser.get('/authorize/decide'),
  ]) {
    expect(shown.headers['x-frame-options']).toBe('DENY')
    expect(shown.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(shown.headers['content-security-policy']).toContain("default-src 'none'")
    expect(shown.headers['cache-control']).toBe('no-store')
  }
  expect(page.headers['content-security-policy']).toContain("form-action 'self' https://app.example;")
})

verifies('mcp-sbp-consent-cookie', 'a yes to one client is no yes to another, nor to the same one again', async () => {
  const { house, app, browser, page } = await asked()
  await browser.submit(page, '/authorize/decide', { decision: 'approve' })
  const other = await openApp(house, { id: 'other', name: 'Other App' })
  for (const one of [app, other]) {
    const again = await browser.get(one.address())
    expect([again.status, again.body.includes('value="approve"')]).toEqual([200, true])
    expect(answerOf(await browser.get(one.address({ prompt: 'none' }))).parameters['error']).toBe('consent_required')
  }
})

verifies('rfc9700-4.12-no-307', 'the answer is sent on by 303, so no browser posts the form to the client', async () => {
  for (const decision of ['approve', 'deny']) {
    const { browser, page } = await asked()
    const { status, headers, body } = await browser.submit(page, '/authorize/decide', { decision })
    expect([status, body, headers['referrer-policy'], headers['cache-control']]).toEqual([303, '', 'no-referrer', 'no-store'])
  }
})
