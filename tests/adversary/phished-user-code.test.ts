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

test('in the network of the victim: the number keeps the phisher out, and a phisher who hides that it could ask is let in', async () => {
  const house = await openHouse()
  const victim = openBrowser(house, { address: '203.0.113.20' })
  await victim.signIn()
  for (const [form, error] of [
    [{ countersign_supported: 'true' }, 'countersign_required'],
    [{}, undefined],
  ] as const) {
    const phisher = await house.device('ES256')
    const { deviceCode, userCode } = await phisher.start(form)
    expect((await victim.approve(await victim.enter(userCode))).status).toBe(200)
    expect((await phisher.poll(deviceCode)).json['error']).toBe(error)
  }
  expect(await house.store.list('grant', house.subject, 10)).toHaveLength(1)
})

test('a number that nobody asked for makes no key known: the next phish takes the countersign like the first', async () => {
  const house = await openHouse()
  const phisher = await house.device('ES256')
  const near = openBrowser(house, { address: '203.0.113.20' })
  await near.signIn()
  const first = await phisher.start({ countersign_supported: 'false' })
  await near.approve(await near.enter(first.userCode))
  expect((await phisher.poll(first.deviceCode, { countersign: '47' })).status).toBe(200)
  const far = openBrowser(house, { address: '198.51.100.20' })
  await far.signIn()
  const { deviceCode, userCode } = await phisher.start({ countersign_supported: 'true' })
  await far.approve(await far.enter(userCode))
  expect((await phisher.poll(deviceCode)).json['error']).toBe('countersign_required')
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
