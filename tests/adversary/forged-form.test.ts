/**
 * Cross-site request forgery (RFC 6749 section 10.12): another site sends our forms from the browser of somebody who is signed in here,
 * cookies and all. Every form that changes anything is tried; those of the code grant also stand in consent-forgery.test.ts.
 */
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openApp } from '../../packages/authority/test/app.ts'
import { openHouse } from '../../packages/authority/test/house.ts'
import { decide, openBrowser } from '../../packages/authority/test/person.ts'
import { CHANGES, watchMoves } from '../../packages/authority/test/watch-moves.ts'

interface Form {
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
}

const csrfIn = ({ body }: { readonly body: string }) => /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? ''

/** Ada is signed in, has a device, has entered the code of another one and was sent here by an application. */
async function openVictim() {
  const house = await openHouse()
  const device = await house.device()
  const first = await device.start()
  await decide(house, first.userCode, 'approve')
  await device.poll(first.deviceCode)
  const victim = openBrowser(house)
  await victim.signIn()
  const [entered, waiting] = [await device.start(), await device.start()]
  const page = await victim.enter(entered.userCode)
  const request = /name="request" value="([^"]+)"/.exec((await victim.get((await openApp(house)).address())).body)?.[1] ?? ''
  const [grant] = await house.store.list('grant', house.subject, 1)
  const forms: readonly Form[] = [
    { path: '/device', fields: { user_code: waiting.userCode } },
    { path: '/device/decide', fields: { user_code: entered.userCode, decision: 'approve', confirmed: 'yes', scope: 'notes:read' } },
    { path: '/device/decide', fields: { user_code: entered.userCode, decision: 'deny' } },
    { path: '/devices/rename', fields: { grant: String(grant?.id), label: 'forged' } },
    { path: '/devices/revoke', fields: { grant: String(grant?.id) } },
    { path: '/devices/revoke-all', fields: {} },
    { path: '/authorize/decide', fields: { request, decision: 'approve', scope: 'notes:read' } },
    { path: '/authorize/decide', fields: { request, decision: 'deny' } },
    { path: '/sign-out', fields: {} },
  ]
  const send = (form: Form, csrf: string | undefined, headers: Readonly<Record<string, string>> = {}) =>
    victim.visit('POST', form.path, new URLSearchParams({ ...form.fields, ...(csrf === undefined ? {} : { csrf }) }).toString(), headers)
  return { house, victim, forms, send, csrf: csrfIn(page) }
}

verifies('rfc6749-10.12-csrf-consent', 'no form from elsewhere changes anything, whatever secret it carries', async () => {
  const { house, victim, forms, send, csrf } = await openVictim()
  const mallory = openBrowser(house)
  const ofSignIn = csrfIn(await mallory.get('/sign-in'))
  await mallory.signIn()
  const ofMallory = csrfIn(await mallory.get('/device'))
  const changes = watchMoves(house.store, CHANGES)
  for (const form of forms) {
    // A stranger cannot know the secret of this browser, and brings what can be had.
    for (const stolen of [undefined, '', ofMallory, ofSignIn, `${csrf}x`, csrf.slice(1), csrf.toLowerCase(), 'undefined']) {
      expect((await send(form, stolen)).status, `${form.path} ${stolen}`).toBe(403)
    }
    // And if it did leak: browsers say where a form comes from.
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'https://evil.auth.example' },
      { origin: 'http://auth.example' },
      { origin: 'https://auth.example:8443' },
      { origin: 'https://auth.example.evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect((await send(form, csrf, headers)).status, `${form.path} ${JSON.stringify(headers)}`).toBe(403)
    }
  }
  expect(changes).toEqual([])
  expect(await house.grants()).toMatchObject([{ family: { generation: 0 } }])
  expect((await victim.get('/device')).body).toContain('ada')
})

test('each of those forms does change something when our own page sends it', async () => {
  const { forms } = await openVictim()
  for (const index of forms.keys()) {
    const { house, forms: own, send, csrf } = await openVictim()
    const changes = watchMoves(house.store, CHANGES)
    await send(own[index] as Form, csrf)
    expect([own[index]?.path, changes.length > 0]).toEqual([own[index]?.path, true])
  }
})

test('a form that says to be something else than a form: JSON, plain text and files are no way around', async () => {
  const { house, forms, send } = await openVictim()
  const changes = watchMoves(house.store, CHANGES)
  for (const form of forms) {
    for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x']) {
      expect((await send(form, undefined, { 'content-type': type })).status).toBeGreaterThanOrEqual(400)
    }
  }
  expect(changes).toEqual([])
})

test('signing a stranger in as oneself: the form of one browser, with its secret, is refused in another', async () => {
  const house = await openHouse()
  const mallory = openBrowser(house)
  const form = await mallory.get('/sign-in')
  const victim = openBrowser(house)
  await victim.get('/sign-in')
  const changes = watchMoves(house.store, CHANGES)
  const fields = { name: 'ada', password: 'correct horse' }
  expect((await victim.submit(form, '/sign-in', fields)).status).toBe(403)
  const stateless = openBrowser(house)
  expect((await stateless.submit(form, '/sign-in', fields)).status).toBe(403)
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }] as Record<string, string>[]) {
    expect((await mallory.submit(form, '/sign-in', fields, headers)).status).toBe(403)
  }
  expect(changes).toEqual([])
  expect(victim.cookies.has('__Host-countersign')).toBe(false)
})
