/** Our good name lent to a stranger's link: whatever is asked, the browser is sent to a registered address, to a page of ours, or nowhere. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { APP, openApp } from '../../packages/authority/test/app.ts'
import { openHouse } from '../../packages/authority/test/house.ts'
import { APP_URL, deviceDocument, openWeb } from '../../packages/authority/test/web.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'

const WEB = 'https://app.example/callback'
const HERE = 'http://127.0.0.1/callback'

async function open() {
  const house = await openHouse()
  const app = await openApp(house, { redirectUris: [WEB, HERE] })
  const sent = async (changes: Readonly<Record<string, string | undefined>>) => {
    const { headers, status } = await house.send('GET', app.address(changes))
    return { status, location: headers['location'] as string | undefined }
  }
  return { house, app, sent }
}

const TRICKS = [
  'https://evil.example/',
  '//evil.example/callback',
  '/\\evil.example',
  'javascript:alert(1)//https://app.example/callback',
  'data:text/html,<script>alert(1)</script>',
  `${WEB}/`,
  `${WEB}/..`,
  `${WEB}/../../evil`,
  `${WEB}/%2e%2e/evil`,
  `${WEB}?next=https://evil.example`,
  `${WEB}#https://evil.example`,
  `${WEB}%0d%0aLocation:%20https://evil.example`,
  `${WEB}\t`,
  ` ${WEB}`,
  'https://app.example/Callback',
  'https://APP.example/callback',
  'https://app.example:443/callback',
  'https://app.example:444/callback',
  'https://app.example@evil.example/callback',
  'https://app.example:x@evil.example/callback',
  'https://evil.example\\@app.example/callback',
  'https://app.example.evil.example/callback',
  'https://app.example%2eevil.example/callback',
  'https://app.examp1e/callback',
  'https://аpp.example/callback',
  'http://app.example/callback',
  'http://127.0.0.1:80@evil.example/callback',
  'http://127.0.0.1:1:2/callback',
  'http://127.0.0.1:1.evil.example/callback',
  'http://127.0.0.1:99999/callback',
  'http://127.0.0.1:4711/callback/../evil',
  'http://127.0.0.1:4711/callback?evil',
  'http://127.0.0.1.evil.example/callback',
  'http://127.0.0.1.:4711/callback',
  'http://localhost:4711/callback',
  'http://[::1]:4711/callback',
  'http://0x7f.1:4711/callback',
  'https://127.0.0.1:4711/callback',
]

verifies('rfc9700-2.1-no-open-redirector', 'no trick with the redirect URI sends anybody anywhere, in success or in error', async () => {
  const { house, app, sent } = await open()
  const browser = openBrowser(house)
  await browser.signIn()
  for (const redirect_uri of TRICKS) {
    for (const changes of [{ redirect_uri }, { redirect_uri, response_type: 'token' }, { redirect_uri, prompt: 'none' }]) {
      expect(await sent(changes), redirect_uri).toEqual({ status: 400, location: undefined })
    }
    const shown = await browser.get(app.address({ redirect_uri }))
    expect([shown.status, shown.body.includes('evil')], redirect_uri).toEqual([400, false])
    expect((await app.push({ redirect_uri })).status).toBe(400)
  }
  expect(await sent({ redirect_uri: undefined })).toEqual({ status: 400, location: undefined })
  expect(await sent({ client_id: 'nobody' })).toEqual({ status: 400, location: undefined })
  expect(await sent({ client_id: undefined })).toEqual({ status: 400, location: undefined })
})

test('random addresses made of likely pieces: the browser leaves for a registered host and path, or stays', async () => {
  const { sent } = await open()
  const piece = fc.constantFrom(
    'https://',
    'http://',
    'app.example',
    '127.0.0.1',
    '/callback',
    '/',
    ':',
    '@',
    '#',
    '?',
    '\\',
    '.',
    '4711',
    'evil.example',
    '%2f',
  )
  const parameter = fc.record({
    redirect_uri: fc.oneof(
      fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join('')),
      fc.constantFrom(WEB, HERE, ...TRICKS),
    ),
    response_type: fc.constantFrom('code', 'token', undefined),
    prompt: fc.constantFrom('none', undefined),
    state: fc.constantFrom('x', '#@https://evil.example/', '\r\nx: y', undefined),
  })
  let left = 0
  await fc.assert(
    fc.asyncProperty(parameter, async (changes) => {
      const { location } = await sent(changes)
      if (location === undefined || /^\/authorize\/decide\?request=[\w-]{43}$/.test(location)) return
      left++
      const { origin, pathname, hash, username } = new URL(location)
      expect([pathname, hash, username]).toEqual(['/callback', '', ''])
      expect(origin).toMatch(/^(https:\/\/app\.example|http:\/\/127\.0\.0\.1(:\d{1,5})?)$/)
      expect(location).not.toMatch(/[\r\n]/)
    }),
    { seed: 9700, numRuns: 3000 },
  )
  expect(left).toBeGreaterThan(50)
})

verifies('rfc9700-2.1-no-open-redirector', 'signing in carries an errand and never an address', async () => {
  const { house, app } = await open()
  for (const errand of [
    'https://evil.example/',
    '//evil.example',
    `${'x'.repeat(42)}/`,
    `${'x'.repeat(43)}&next=//evil.example`,
    '../evil',
  ]) {
    const browser = openBrowser(house)
    const landed = await browser.signIn('ada', 'correct horse', `/sign-in?request=${encodeURIComponent(errand)}&return_to=//evil.example`)
    expect([landed.status, landed.body.includes('evil'), landed.body.includes('name="user_code"')], errand).toEqual([200, false, true])
  }
  const browser = openBrowser(house)
  const page = await browser.signIn('ada', 'correct horse', app.address())
  expect(page.body).toContain('action="/authorize/decide"')
})

verifies(
  'rfc9700-2.1-no-open-redirector',
  'a client that came by itself gets nobody sent to it by a link: only the answer of a person leads there',
  async () => {
    const web = openWeb()
    const redirect_uri = 'https://app.example/phishing'
    web.put(APP_URL, deviceDocument({ grant_types: ['authorization_code'], response_types: ['code'], redirect_uris: [redirect_uri] }))
    const house = await openHouse({ settings: { clientDocuments: 'any' }, fetchDocument: web.fetchDocument })
    const app = await openApp(house)
    const asked = { client_id: APP_URL, redirect_uri }
    for (const wrong of [{ response_type: 'token' }, { scope: 'notes:burn' }, { code_challenge: undefined }, { prompt: 'none' }]) {
      const { status, headers, body } = await house.send('GET', app.address({ ...asked, ...wrong }))
      expect([status, headers['location'], body.includes('burn')], JSON.stringify(wrong)).toEqual([400, undefined, false])
    }
    const browser = openBrowser(house)
    const page = await browser.signIn('ada', 'correct horse', app.address(asked))
    expect(page.body).toContain('Goes back to')
    expect((await browser.submit(page, '/authorize/decide', { decision: 'deny' })).headers['location']).toContain(redirect_uri)
  },
)

test('a client can be registered with no address that runs, hides or leads back into itself', async () => {
  const house = await openHouse()
  for (const uri of ['javascript:alert(1)', `${WEB}#x`, 'https://u@app.example/', `${WEB}?state=x`, 'http://evil.example/']) {
    await expect(openApp(house, { id: `${APP}-2`, redirectUris: [uri] }), uri).rejects.toMatchObject({ code: 'usage' })
  }
})
