/** Guessing passwords: one after the other, many at once, for one account, for many. What counts is how many were compared. */
import { addAccount, setPassword } from '@countersign/authority'
import { OAuthError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { openHouse } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'

async function open() {
  let compared = 0
  let isBusy = false
  const hasher = {
    hash: async (password: string) => `plain:${password}`,
    verify: async (hash: string, password: string) => {
      // As a server that lets only a few compare at once.
      if (isBusy) throw new OAuthError('temporarily_unavailable')
      compared++
      return hash === `plain:${password}`
    },
  }
  const house = await openHouse({ identity: { hasher } })
  await setPassword({ store: house.store, hasher }, 'ada', 'correct horse')
  const attempt = async (name: string, password: string, address = '198.51.100.1') => {
    const browser = openBrowser(house, { address })
    return (await browser.submit(await browser.get('/sign-in'), '/sign-in', { name, password })).status
  }
  return { house, hasher, attempt, compared: () => compared, beBusy: (busy: boolean) => void (isBusy = busy) }
}

test('fifty passwords at once for one account: ten are compared, and then not even the right one', async () => {
  const { attempt, compared } = await open()
  const statuses = await Promise.all(Array.from({ length: 50 }, (_, index) => attempt('ada', `guess ${index}`, `198.51.${index}.1`)))
  expect([statuses.filter((status) => status === 403).length, compared()]).toEqual([10, 10])
  expect([await attempt('ada', 'correct horse'), compared()]).toEqual([429, 10])
})

test('for many accounts from one network: fifty, whether the accounts exist or not', async () => {
  const { house, hasher, attempt, compared } = await open()
  for (let index = 0; index < 40; index++) await addAccount({ ...house, hasher }, `person-${index}`, 'correct horse')
  await Promise.all(Array.from({ length: 80 }, (_, index) => attempt(`person-${index}`, 'password', `198.51.100.${index}`)))
  expect(compared()).toBe(50)
  expect(await attempt('ada', 'correct horse', '198.51.100.99')).toBe(429)
  expect(await attempt('ada', 'correct horse', '203.0.113.9')).toBe(200)
})

test('whoever hammers at an account that is closed already does not close the network for its neighbours', async () => {
  const { house, hasher, attempt, compared } = await open()
  await addAccount({ ...house, hasher }, 'grace', 'correct horse')
  for (let time = 0; time < 100; time++) await attempt('ada', `guess ${time}`)
  expect(compared()).toBe(10)
  expect(await attempt('grace', 'correct horse')).toBe(200)
})

test('right passwords cost no try, however many at once, and a server that is busy takes none either', async () => {
  const { attempt, compared, beBusy } = await open()
  for (let round = 0; round < 4; round++) {
    expect(await Promise.all(Array.from({ length: 10 }, () => attempt('ada', 'correct horse')))).toEqual(Array(10).fill(200))
  }
  beBusy(true)
  for (let time = 0; time < 20; time++) expect(await attempt('ada', 'correct horse')).toBe(503)
  beBusy(false)
  const before = compared()
  for (let time = 0; time < 12; time++) await attempt('ada', 'wrong')
  expect(compared() - before).toBe(10)
})
