/**
 * Ids of grants are no secrets: they stand in access tokens. Somebody who has one, and an account or no account of his own, tries to
 * revoke or rename what another person approved, or to make that person's browser do it.
 */
import { addAccount } from '@countersign/authority'
import { expect, test } from 'vitest'
import { openHouse } from '../../packages/authority/test/house.ts'
import { decide, openBrowser } from '../../packages/authority/test/person.ts'
import { visibleText } from '../../examples/first-login/src/scriptless-browser.ts'

async function scene() {
  const house = await openHouse()
  await addAccount(house, 'mallory', 'battery staple')
  const device = await house.device()
  for (const name of ['mallory', 'ada']) {
    const { deviceCode, userCode } = await device.start({ device_name: `of ${name}` })
    if (name === 'ada') await decide(house, userCode, 'approve')
    else {
      const browser = openBrowser(house)
      await browser.signIn('mallory', 'battery staple')
      await browser.approve(await browser.enter(userCode))
    }
    await device.poll(deviceCode)
  }
  const [row] = await house.store.list('grant', house.subject, 1)
  if (row === undefined) throw new Error('nothing was granted')
  const grantOfAda = async () => (await house.store.read('grant', row.id))?.value as { label?: string; family: { revokedAt?: number } }
  const untouched = async () => {
    const { label, family } = await grantOfAda()
    expect([label, family.revokedAt]).toEqual([undefined, undefined])
  }
  return { house, id: row.id, untouched }
}

test('another account cannot revoke or rename it, and hears what it would hear of an id that does not exist', async () => {
  const { house, id, untouched } = await scene()
  const mallory = openBrowser(house)
  const list = await mallory.signIn('mallory', 'battery staple', '/devices')
  expect(visibleText(list)).not.toContain('of ada')
  const answers = []
  for (const grant of [id, 'no-such-grant', '']) {
    answers.push(await mallory.submit(list, '/devices/revoke', { grant }))
    answers.push(await mallory.submit(list, '/devices/rename', { grant, label: 'mine' }))
  }
  expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1)
  expect(visibleText(answers[0] as { body: string })).toContain('of mallory')
  await untouched()
  await mallory.submit(list, '/devices/revoke-all', { grant: id, subject: house.subject })
  await untouched()
})

test('nobody at all cannot either, nor a form from elsewhere in the right browser, nor a GET', async () => {
  const { house, id, untouched } = await scene()
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `grant=${id}&page=devices` }
  const ada = openBrowser(house)
  const list = await ada.signIn('ada', 'correct horse', '/devices')
  const mallory = openBrowser(house)
  const theirs = /name="csrf" value="([^"]+)"/.exec((await mallory.signIn('mallory', 'battery staple', '/devices')).body)?.[1] ?? ''
  for (const path of ['/devices/revoke', '/devices/rename', '/devices/revoke-all']) {
    expect((await house.send('POST', path, form)).status).toBe(303)
    await ada.get(`${path}?grant=${id}&label=x`)
    for (const [fields, headers] of [
      [{ csrf: theirs }, {}],
      [{ csrf: '' }, {}],
      [{}, { origin: 'https://evil.example' }],
      [{}, { 'sec-fetch-site': 'cross-site' }],
    ] as const) {
      expect((await ada.submit(list, path, { grant: id, ...fields }, headers)).status).toBe(403)
    }
    await untouched()
  }
})
