/** One code for many victims: a phisher starts once and sends the same code around, before and after somebody has fallen for it. */
import { addAccount } from '@countersign/authority'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { type House, openHouse } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'

const NAMES = ['ada', 'grace', 'mary', 'joan', 'edith'] as const

async function open() {
  const house = await openHouse({
    settings: { guessing: { perBrowser: 50, perAccount: 50, perNetwork: 500, mistypesPerNetwork: 50, window: 3600 } },
  })
  for (const name of NAMES.slice(1)) await addAccount(house, name, 'correct horse')
  const phisher = await house.device('ES256')
  const started = await phisher.start({ countersign_supported: 'true' })
  const person = async (name: (typeof NAMES)[number]) => {
    const browser = openBrowser(house)
    await browser.signIn(name)
    return { browser, enter: () => browser.enter(started.userCode) }
  }
  return { house, phisher, person, ...started }
}

const alarms = (house: House) => house.events.filter(({ type }) => type === 'code.reused')
const blank = ({ status, body }: { status: number; body: string }) => `${status} ${body.replace(/value="[^"]*"|<bdi>\w+<\/bdi>/g, '')}`

verifies(
  'rfc10027-6.1.4-unique-code-reuse-detection',
  'the third account that enters a code ends it: nobody can approve it any more, the device gets nothing, the operator is told',
  async () => {
    const { house, phisher, person, deviceCode, userCode } = await open()
    const first = await person('ada')
    const page = await first.enter()
    expect(page.status).toBe(200)
    const second = await (await person('grace')).enter()
    expect(second.status).toBe(400)
    expect([(await phisher.poll(deviceCode)).json['error'], alarms(house)]).toEqual(['authorization_pending', []])
    const third = await (await person('mary')).enter()
    // The page says no more than to the second, who was merely late.
    expect(blank(third)).toBe(blank(second))
    expect(alarms(house)).toEqual([expect.objectContaining({ accounts: 3, cancelled: true, clientId: 'countersign-cli' })])
    expect((await first.browser.approve(page)).status).toBe(409)
    expect((await phisher.poll(deviceCode)).json['error']).toBe('access_denied')
    expect((await first.enter()).status).toBe(400)
    expect(JSON.stringify(house.events)).not.toContain(userCode)
    expect(await house.store.list('grant', house.subject, 10)).toEqual([])
  },
)

test('an approval that still waits for its countersign ends as well, and the right number comes too late', async () => {
  const { house, phisher, person, deviceCode } = await open()
  const first = await person('ada')
  const page = await first.browser.approve(await first.enter())
  const number = /class="unseen">([\d ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? ''
  expect(number).toMatch(/^\d\d$/)
  await (await person('grace')).enter()
  expect((await phisher.poll(deviceCode)).json['error']).toBe('countersign_required')
  await (await person('mary')).enter()
  expect((await phisher.poll(deviceCode, { countersign: number })).json['error']).toBe('access_denied')
  expect(await house.store.list('grant', house.subject, 10)).toEqual([])
})

test('after use the code stays refused to everybody, and the operator is told which grant came of it', async () => {
  const { house, phisher, person, deviceCode } = await open()
  const first = await person('ada')
  const page = await first.browser.approve(await first.enter())
  const number = /class="unseen">([\d ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? ''
  const { json } = await phisher.poll(deviceCode, { countersign: number })
  for (const name of NAMES.slice(1)) expect((await (await person(name)).enter()).status).toBe(400)
  expect((await first.enter()).status).toBe(400)
  const [grant] = await house.store.list('grant', house.subject, 10)
  expect(alarms(house)).toEqual([3, 4, 5].map((accounts) => expect.objectContaining({ accounts, cancelled: false, grant: grant?.id })))
  // Nobody is signed out by strangers who type a code.
  expect((await phisher.refresh(json['refresh_token'])).status).toBe(200)
  house.clock.advance(300 + 599)
  expect((await (await person('ada')).enter()).status).toBe(400)
})

test('one account in many browsers, two accounts again and again, and links that are opened are nobody’s alarm', async () => {
  const { house, phisher, person, deviceCode, userCode } = await open()
  const first = await person('ada')
  const page = await first.enter()
  for (let time = 0; time < 4; time++) for (const name of ['ada', 'grace'] as const) await (await person(name)).enter()
  for (const name of NAMES) await (await person(name)).browser.get(`/device?user_code=${userCode}`)
  for (let filter = 0; filter < 5; filter++) await openBrowser(house).get(`/device?user_code=${userCode}`)
  expect(alarms(house)).toEqual([])
  expect((await first.browser.approve(page)).status).toBe(200)
  expect((await phisher.poll(deviceCode)).json['error']).toBe('countersign_required')
})

test('many at once: whoever comes first, the code is over, and each further account is told once', async () => {
  const { house, phisher, person, deviceCode } = await open()
  const people = await Promise.all(NAMES.map((name) => person(name)))
  await Promise.all(people.map(({ enter }) => enter()))
  expect(alarms(house)).toHaveLength(3)
  expect((await phisher.poll(deviceCode)).json['error']).toBe('access_denied')
})
