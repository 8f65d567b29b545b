/** What a person sees of a client that nobody registered. */
import { publicOf } from '@countersign/proof'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { answerOf } from '../app.ts'
import { ISSUER, openHouse } from '../house.ts'
import { openBrowser } from '../person.ts'
import { APP_URL, deviceDocument, openWeb } from '../web.ts'

const NOTICE = 'Any program can name this address as its own.'

async function opened() {
  const web = openWeb()
  const house = await openHouse({
    settings: { clientDocuments: 'any', approvalPolicy: 'open', codeLife: 600, decideWithin: 600 },
    fetchDocument: web.fetchDocument,
  })
  async function pageOf(form: Record<string, string> = {}, url = APP_URL) {
    const { userCode } = await (await house.device('none', url)).start(form)
    const browser = openBrowser(house)
    await browser.signIn()
    return (await browser.enter(userCode)).body
  }
  return { web, house, pageOf }
}

verifies('cimd-6.4-show-host', 'the host stands beside the name, whatever the name says', async () => {
  const { web, pageOf } = await opened()
  for (const client_name of ['Field App', 'bank.example (verified)', '</dd></dl><b>bank.example</b>', '', undefined]) {
    const url = `https://phish.example:8443/n${encodeURIComponent(String(client_name))}`
    web.put(url, deviceDocument({ client_name, logo_uri: 'https://phish.example/logo.png', client_uri: 'https://bank.example/' }, url))
    const body = await pageOf({}, url)
    expect(body).toMatch(
      /<dt>Published at<\/dt><dd><b class="address" dir="ltr">phish\.example:8443<\/b> <span class="tag">verified<\/span>/,
    )
    expect(body).toContain('<span class="tag">not verified</span>')
    // Nothing of the client's is loaded or linked, and no name becomes markup.
    expect(body).not.toMatch(/logo\.png|<b>bank|href="https?:/)
  }
})

test('while its document cannot be had, the person still sees the host, and can deny', async () => {
  const { web, house } = await opened()
  web.put(APP_URL, deviceDocument())
  const device = await house.device('none', APP_URL)
  const { deviceCode, userCode } = await device.start()
  web.breakDown(APP_URL)
  house.clock.advance(301)
  const browser = openBrowser(house)
  await browser.signIn()
  const page = await browser.enter(userCode)
  expect(page.body).toContain('<b class="address" dir="ltr">app.example</b>')
  expect(page.body).toContain('a client without a name')
  expect((await browser.deny(page)).status).toBe(200)
  expect((await device.poll(deviceCode)).json['error']).toBe('invalid_client')
})

verifies('mcp-sec-cimd-localhost-warning', 'software that proves no key is told apart from software that does', async () => {
  const { web, house, pageOf } = await opened()
  web.put(APP_URL, deviceDocument())
  expect(await pageOf()).toContain(NOTICE)
  // A key that only its holder has: the address cannot be borrowed, so there is nothing to warn of.
  const key = await house.suite.generateKey('ES256')
  const url = 'https://app.example/signed'
  web.put(url, deviceDocument({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicOf(key)] } }, url))
  const claims = { iss: url, sub: url, aud: ISSUER, exp: house.clock.now() / 1000 + 60, jti: 'one' }
  const client_assertion = await (await house.suite.signer(key))('{"alg":"ES256"}', JSON.stringify(claims))
  const signed = await pageOf({ client_assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }, url)
  expect(signed).toContain('Published at')
  expect(signed).not.toContain(NOTICE)
  // In the code grant: redirects to this computer only, and redirects to a host that is shown.
  for (const [redirect_uri, warned] of [
    ['http://127.0.0.1/callback', true],
    ['https://app.example/callback', false],
  ] as const) {
    const id = `https://app.example/code/${warned}`
    web.put(id, { client_id: id, client_name: 'Code App', redirect_uris: [redirect_uri] })
    const parameters = { response_type: 'code', client_id: id, redirect_uri, code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' }
    const browser = openBrowser(house)
    const query = new URLSearchParams({ ...parameters, code_challenge_method: 'S256', resource: 'https://notes.example/mcp' }).toString()
    const { body } = await browser.signIn('ada', 'correct horse', `/authorize?${query}`)
    expect(body).toContain('<b class="address" dir="ltr">app.example</b>')
    expect(body.includes('Any program on this computer can ask like this.')).toBe(warned)
    if (!warned) expect(body).toContain('Goes back to <bdi>app.example</bdi>')
  }
})

test('a document that cannot be used sends the browser nowhere', async () => {
  const { web, house } = await opened()
  web.put(APP_URL, { client_id: APP_URL, redirect_uris: ['javascript:alert(1)'] })
  const reply = await house.send(
    'GET',
    `/authorize?client_id=${encodeURIComponent(APP_URL)}&redirect_uri=https%3A%2F%2Fevil.example%2F&response_type=code`,
  )
  expect([reply.status, answerOf(reply).place]).toEqual([400, undefined])
})
