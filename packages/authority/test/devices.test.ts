import { addClient } from '@countersign/authority'
import { expect, test } from 'vitest'
import { visibleText } from '../../../examples/first-login/src/scriptless-browser.ts'
import { verifies } from '../../../requirements/verifies.ts'
import { openApp } from './app.ts'
import { type House, openHouse } from './house.ts'
import { decide, openBrowser } from './person.ts'

/** A device that a person approved, and its tokens. */
async function approved(house: House, form: Record<string, string> = {}, key: 'ES256' | 'none' = 'none') {
  const device = await house.device(key)
  const { deviceCode, userCode } = await device.start({ scope: 'notes:read', ...form })
  await decide(house, userCode, 'approve')
  const { json } = await device.poll(deviceCode)
  return { device, refreshToken: json['refresh_token'], accessToken: String(json['access_token']) }
}

async function signedIn(house: House) {
  const browser = openBrowser(house)
  await browser.signIn('ada', 'correct horse', '/devices')
  return browser
}

const grantsOn = ({ body }: { body: string }) =>
  new Set([...body.matchAll(/name="grant" value="([^"]+)"/g)].map(([, grant]) => grant as string))

verifies(
  ['oauth21-7-consent-phishing', 'rfc10027-6.1.6-detect-remediate'],
  'the list shows what was approved; revoking one there ends its refresh, its userinfo and its introspection at once, and the others stay',
  async () => {
    const house = await openHouse()
    const { secret } = await addClient(house, { id: 'notes', name: 'Notes', confidential: true, resources: ['https://notes.example/mcp'] })
    const about = async (token: string) =>
      (await house.post('/introspect', { token, client_id: 'notes', client_secret: String(secret) })).json['active']
    const userinfo = async (token: string) =>
      (await house.send('GET', '/userinfo', { headers: { authorization: `Bearer ${token}` } })).status
    const kept = await approved(house, { device_name: 'laptop' })
    const lost = await approved(house, { device_name: 'stolen-phone', scope: 'notes:read notes:write' })
    const browser = await signedIn(house)
    const list = await browser.get('/devices')
    const text = visibleText(list)
    for (const told of [
      'Says it is laptop',
      'Says it is stolen-phone',
      'Add and change your notes',
      'Countersign CLI',
      '203.0.113.7',
      '203.0.113.9',
    ])
      expect(text).toContain(told)
    // The latest stands first.
    expect(text.indexOf('stolen-phone')).toBeLessThan(text.indexOf('laptop'))
    expect([await about(lost.accessToken), await userinfo(lost.accessToken)]).toEqual([true, 200])

    const after = await browser.submit(list, '/devices/revoke', {})
    expect(visibleText(after)).toContain('Revoked.')
    expect(visibleText(after)).not.toContain('stolen-phone')
    expect((await lost.device.refresh(lost.refreshToken)).json['error']).toBe('invalid_grant')
    expect([await about(lost.accessToken), await userinfo(lost.accessToken)]).toEqual([false, 401])
    expect([await about(kept.accessToken), await userinfo(kept.accessToken)]).toEqual([true, 200])
    expect((await kept.device.refresh(kept.refreshToken)).status).toBe(200)
    expect(house.events).toContainEqual(expect.objectContaining({ type: 'grant.revoked', subject: house.subject }))
  },
)

verifies('rfc10027-6.1.6-detect-remediate', 'revoking all ends everything, of the code grant too', async () => {
  const house = await openHouse()
  const one = await approved(house)
  const app = await openApp(house)
  const { json } = await app.redeem(await app.code())
  const browser = await signedIn(house)
  const list = await browser.get('/devices')
  expect(grantsOn(list).size).toBe(2)
  expect(visibleText(list)).toContain('Notes App')
  const after = await browser.submit(list, '/devices/revoke-all', {})
  expect(visibleText(after)).toContain('All revoked.')
  expect(grantsOn(after).size).toBe(0)
  expect((await one.device.refresh(one.refreshToken)).json['error']).toBe('invalid_grant')
  expect((await app.refresh(json['refresh_token'])).json['error']).toBe('invalid_grant')
})

test('a name given here stays through a refresh, and can be taken back', async () => {
  const house = await openHouse()
  const { device, refreshToken } = await approved(house, { device_name: 'build-7' })
  const browser = await signedIn(house)
  const named = await browser.submit(await browser.get('/devices'), '/devices/rename', { label: '  Basement <b> ' })
  expect(named.body).toContain('<h2 id="device-0"><bdi>Basement &lt;b&gt;</bdi></h2>')
  house.clock.advance(7200)
  await device.refresh(refreshToken)
  const later = await browser.get('/devices')
  expect(visibleText(later)).toContain('Basement')
  expect(visibleText(later)).toMatch(/Approved 2 hours ago .* Last seen just now/)
  const back = await browser.submit(later, '/devices/rename', { label: '' })
  expect(back.body).toContain('<h2 id="device-0"><bdi>build-7</bdi></h2>')
})

test('a key whose grant the person revoked is a stranger again', async () => {
  const house = await openHouse()
  const device = await house.device('ES256')
  const login = async () => {
    const { deviceCode, userCode } = await device.start({ countersign_supported: 'true', scope: 'notes:read' })
    const browser = await signedIn(house)
    const answer = await browser.approve(await browser.enter(userCode))
    const number = /class="unseen">([\d ]+)</.exec(answer.body)?.[1]
    await device.poll(deviceCode, number === undefined ? {} : { countersign: number })
    return number
  }
  expect(await login()).toBeDefined()
  expect(await login()).toBeUndefined()
  const browser = await signedIn(house)
  await browser.submit(await browser.get('/devices'), '/devices/revoke', {})
  expect(await login()).toBeDefined()
})

test('what ended by itself or by its client is not in the list', async () => {
  const house = await openHouse()
  const one = await approved(house)
  await house.post('/revoke', { client_id: 'countersign-cli', token: String(one.refreshToken) })
  await approved(house)
  const browser = await signedIn(house)
  expect(grantsOn(await browser.get('/devices')).size).toBe(1)
  house.clock.advance(15 * 86_400)
  const later = await signedIn(house)
  expect(visibleText(await later.get('/devices'))).toContain('Nothing. Devices and programs')
})

test('who is not signed in is asked to, and lands on the list; a form that was open too long changes nothing', async () => {
  const house = await openHouse()
  await approved(house)
  const browser = openBrowser(house)
  const first = await browser.get('/devices')
  expect(visibleText(first)).toContain('Then you can see and revoke what you have approved.')
  const list = await browser.signIn('ada', 'correct horse', '/devices')
  expect(visibleText(list)).toContain('Your devices What can act as ada')
  const stale = await browser.submit(list, '/devices/revoke', { csrf: 'another' })
  expect([stale.status, visibleText(stale).includes('Open your devices again')]).toEqual([403, true])
  browser.cookies.clear()
  expect(visibleText(await browser.submit(list, '/devices/revoke', {}))).toContain('Then you can see and revoke')
  expect(grantsOn(await (await signedIn(house)).get('/devices')).size).toBe(1)
})

test('a list too long to read shows the latest hundred; revoking all reaches the others', async () => {
  const house = await openHouse({ settings: { codesPerMinute: 1000 } })
  const { refreshToken, device } = await approved(house, { device_name: 'the first' })
  const [row] = await house.store.list('grant', house.subject, 1)
  for (let count = 0; count < 220; count++)
    await house.store.insert({ kind: 'grant', id: `grant-${count}`, value: row?.value as object, group: house.subject })
  const browser = await signedIn(house)
  const list = await browser.get('/devices')
  expect(grantsOn(list).size).toBe(100)
  expect(visibleText(list)).toContain('121 older ones are not shown')
  await browser.submit(list, '/devices/revoke-all', {})
  expect((await device.refresh(refreshToken)).json['error']).toBe('invalid_grant')
  expect(grantsOn(await browser.get('/devices')).size).toBe(0)
})
