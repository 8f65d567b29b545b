import type { Notice, Places } from '@countersign/authority'
import { expect, test } from 'vitest'
import { visibleText } from '../../../examples/first-login/src/scriptless-browser.ts'
import { verifies } from '../../../requirements/verifies.ts'
import { withPlaces } from '../src/notices/with-places.ts'
import { LANGUAGES, messagesIn } from '../src/pages/index.ts'
import { placeInWords } from '../src/pages/place.ts'
import { openHouse } from './house.ts'
import { openBrowser } from './person.ts'

const FRANCE = '203.0.113.9'
const GERMANY = '198.51.100.7'
const NOWHERE = '10.0.0.7'

const places: Places = (address, language) => {
  if (address.startsWith('203.0.113.')) return { country: 'FR', region: 'Grand Est', city: language === 'de' ? 'Rheims' : 'Reims' }
  return address === GERMANY ? { country: 'DE' } : undefined
}

/** A device in France asks, somebody at this address looks at it, and approves when told to. */
async function visit(house: Awaited<ReturnType<typeof openHouse>>, address: string, supported = true) {
  const device = await house.device('ES256')
  const { deviceCode, userCode } = await device.start(supported ? { countersign_supported: 'true' } : {})
  const browser = openBrowser(house, { address })
  await browser.signIn()
  const page = await browser.enter(userCode)
  return { device, deviceCode, browser, page, approve: () => browser.approve(page) }
}

verifies(
  'rfc10027-6.1.1-proximity',
  'the page of the decision tells where the device and the browser probably are, and warns before anything else when the countries differ',
  async () => {
    const house = await openHouse({ places, settings: { approvalPolicy: 'open' } })
    const near = visibleText((await visit(house, FRANCE)).page)
    expect(near).toContain('Asked from 203.0.113.7 probably in Reims, Grand Est, France Same network as this browser')
    expect(near).toContain('This browser probably in Reims, Grand Est, France')
    expect(near).not.toContain('Different countries')
    const {
      page: { body },
      approve,
    } = await visit(house, GERMANY)
    const far = visibleText({ body })
    expect(far).toContain('This browser probably in Germany')
    const warning = far.indexOf(
      'Different countries: the device seems to be in France , this browser in Germany . That is expected only if',
    )
    expect(warning).toBeGreaterThan(0)
    expect(warning).toBeLessThan(far.indexOf('Does your device show this code?'))
    expect(far).toMatch(/VPN\. Otherwise a stranger started this: deny\./)
    // It can be approved all the same: who works on a machine there did start it.
    expect((await approve()).status).toBe(200)
  },
)

test('where one of the places is not known, or none, nothing is said of countries', async () => {
  const house = await openHouse({ places })
  const half = visibleText((await visit(house, NOWHERE)).page)
  expect(half).toContain('probably in Reims')
  expect(half).not.toMatch(/This browser probably|Different countries/)
  expect(visibleText((await visit(await openHouse(), GERMANY)).page)).not.toMatch(/probably in|Different countries/)
})

verifies(
  'rfc10027-6.1.1-proximity',
  'where the operator says so, nothing is approved across a border, whatever the device can do',
  async () => {
    for (const supported of [true, false]) {
      const house = await openHouse({ places, settings: { otherCountry: 'refuse', approvalPolicy: 'open' } })
      const { approve, browser, device, deviceCode, page } = await visit(house, GERMANY, supported)
      const refused = await approve()
      expect(refused.status).toBe(403)
      expect(visibleText(refused)).toContain('The device is in another country')
      expect(house.events).toContainEqual(expect.objectContaining({ type: 'device.refused', why: 'other_country' }))
      expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
      expect((await browser.deny(page)).status).toBe(200)
      expect((await (await visit(house, FRANCE, supported)).approve()).status).toBe(200)
      expect((await (await visit(house, NOWHERE, supported)).approve()).status).toBe(200)
    }
  },
)

test('a key that the subject has countersigned before may be anywhere', async () => {
  const house = await openHouse({ places, settings: { otherCountry: 'refuse' } })
  const first = await visit(house, FRANCE)
  const number = /class="unseen">([\d ]+)</.exec((await first.approve()).body)?.[1] ?? ''
  await first.device.poll(first.deviceCode, { countersign: number })
  const { userCode } = await first.device.start({ countersign_supported: 'true' })
  const far = openBrowser(house, { address: GERMANY })
  await far.signIn()
  expect((await far.approve(await far.enter(userCode))).status).toBe(200)
})

test('the list of devices and the notices tell the places, and no record holds one', async () => {
  const told: Notice[] = []
  const house = await openHouse({
    places,
    notices: (notice) => void told.push(notice),
    settings: { defaultLanguage: 'de', approvalPolicy: 'open' },
  })
  const { approve, browser, device, deviceCode } = await visit(house, GERMANY, false)
  await approve()
  expect(told).toMatchObject([
    {
      askedFrom: { address: '203.0.113.7', place: { country: 'FR', region: 'Grand Est', city: 'Rheims' } },
      approvedFrom: { address: GERMANY, place: { country: 'DE' } },
    },
  ])
  await device.poll(deviceCode)
  const list = visibleText(await browser.get('/devices'))
  expect(list).toContain('203.0.113.7 vermutlicher Ort: Rheims, Grand Est, Frankreich')
  expect(list).toContain(`${GERMANY} vermutlicher Ort: Deutschland`)
  const [grant] = await house.store.list('grant', house.subject, 10)
  expect(JSON.stringify(grant)).not.toMatch(/Rheims|"country"/)
})

test('a country has its name in the language of the page, and a place is told from small to large', async () => {
  const house = await openHouse({ places })
  const names: Record<string, string> = {
    en: 'France',
    ar: 'فرنسا',
    de: 'Frankreich',
    es: 'Francia',
    fr: 'France',
    ja: 'フランス',
    pt: 'França',
    zh: '法国',
  }
  for (const language of LANGUAGES) {
    const device = await house.device()
    const { userCode } = await device.start()
    const browser = openBrowser(house, { headers: { 'accept-language': language } })
    await browser.signIn()
    const text = visibleText(await browser.enter(userCode))
    expect(text, language).toContain(messagesIn(language).decide.thisBrowser)
    expect(text, language).toMatch(new RegExp(`R(?:h)?eims.+Grand Est.+${names[language]}`))
  }
})

test('a place of one name is told once, and what is no country code is shown as it is', () => {
  const english = messagesIn('en')
  expect(placeInWords({ country: 'SG', region: 'Singapore', city: 'Singapore' }, english)).toBe('Singapore')
  expect(placeInWords({ country: 'FR', city: 'Reims\u202e\n', region: ' ' }, english)).toBe('Reims, France')
  expect(placeInWords({ country: '<b>' }, english)).toBe('<b>')
})

test('a notice about a passkey tells the place too, and an unknown one adds nothing', () => {
  const told: Notice[] = []
  const notify = withPlaces((notice) => void told.push(notice), places, 'en')
  const changed = {
    type: 'account.passkey_added',
    subject: 'subject-1',
    name: 'Ada',
    passkeyName: '',
    changedAt: 0,
    passkeysUrl: 'https://auth.example/passkeys',
  } as const
  notify({ ...changed, changedFrom: { address: GERMANY, userAgent: '' } })
  notify({ ...changed, changedFrom: { address: NOWHERE, userAgent: '' } })
  expect(told).toEqual([
    { ...changed, changedFrom: { address: GERMANY, userAgent: '', place: { country: 'DE' } } },
    { ...changed, changedFrom: { address: NOWHERE, userAgent: '' } },
  ])
})
