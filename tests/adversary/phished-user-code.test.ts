/** The phisher starts a sign-in elsewhere and talks somebody into approving its user code. */
import { expect, test } from 'vitest'
import { type House, openHouse } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'

/** A phisher's device starts; the victim, far away, does everything it is told, up to pressing Approve. */
async function phish(house: House, form: Record<string, string>) {
  const phisher = await house.device('ES256')
  const { deviceCode, userCode } = await phisher.start(form)
  const victim = openBrowser(house, { address: '198.51.100.20' })
  await victim.signIn()
  const page = await victim.approve(await victim.enter(userCode))
  return { phisher, deviceCode, page }
}

test('with the countersign: the number is on the screen of the victim, and the phisher waits for it in vain', async () => {
  const house = await openHouse()
  const { phisher, deviceCode, page } = await phish(house, { countersign_supported: 'true' })
  expect(page.status).toBe(200)
  expect(page.body).toContain('Never tell this number to anyone')
  const number = /class="unseen">([\d ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '')
  const guesses = ['00', '11', '22', '33'].filter((guess) => guess !== number).slice(0, 3)
  for (const guess of guesses) await phisher.poll(deviceCode, { countersign: guess })
  expect((await phisher.poll(deviceCode, { countersign: String(number) })).json['error']).toBe('access_denied')
})

test('a phisher who hides that it could ask: another network, so the page refuses', async () => {
  const house = await openHouse()
  const { phisher, deviceCode, page } = await phish(house, {})
  expect(page.status).toBe(403)
  expect((await phisher.poll(deviceCode)).json['error']).toBe('authorization_pending')
})

test('where the operator left the door open (policy "open") the phisher gets in: this is what the default prevents', async () => {
  const house = await openHouse({ settings: { approvalPolicy: 'open' } })
  const { phisher, deviceCode } = await phish(house, {})
  expect((await phisher.poll(deviceCode)).status).toBe(200)
})

test('a key that one subject knows is known to nobody else', async () => {
  const house = await openHouse()
  const phisher = await house.device('ES256')
  const own = await phisher.start({ countersign_supported: 'true' })
  // The phisher has an account of its own and makes its key known there.
  const { addAccount } = await import('@countersign/authority')
  await addAccount(house, 'mallory', 'correct horse')
  const browser = openBrowser(house)
  await browser.signIn('mallory')
  const page = await browser.approve(await browser.enter(own.userCode))
  const number = /class="unseen">([\d ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '')
  expect((await phisher.poll(own.deviceCode, { countersign: String(number) })).status).toBe(200)
  const { deviceCode, userCode } = await phisher.start({ countersign_supported: 'true' })
  const victim = openBrowser(house, { address: '198.51.100.20' })
  await victim.signIn()
  await victim.approve(await victim.enter(userCode))
  expect((await phisher.poll(deviceCode)).json['error']).toBe('countersign_required')
})
