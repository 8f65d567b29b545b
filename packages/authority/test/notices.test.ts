import type { Notice } from '@countersign/authority'
import { expect, test } from 'vitest'
import { openApp } from './app.ts'
import { ISSUER, NOTES, openHouse } from './house.ts'
import { openBrowser } from './person.ts'

test('an approval is told with who, which client, which device, what, from where and when, and with the place to revoke it', async () => {
  const told: Notice[] = []
  const house = await openHouse({ notices: (notice) => void told.push(notice) })
  const device = await house.device()
  const { userCode } = await device.start({ scope: 'notes:read notes:write', device_name: 'build-7' })
  const browser = openBrowser(house, { headers: { 'user-agent': 'Lynx' } })
  await browser.signIn()
  const page = await browser.enter(userCode)
  expect(told).toEqual([])
  await browser.submit(page, '/device/decide', { decision: 'approve', confirmed: 'yes', scope: 'notes:read' })
  expect(told).toEqual([
    {
      type: 'device.approved',
      subject: house.subject,
      name: 'ada',
      clientId: 'countersign-cli',
      clientName: 'Countersign CLI',
      deviceName: 'build-7',
      scope: ['notes:read'],
      resources: [NOTES],
      askedFrom: { address: '203.0.113.7', userAgent: '' },
      approvedFrom: { address: '203.0.113.9', userAgent: 'Lynx' },
      approvedAt: house.clock.now(),
      devicesUrl: `${ISSUER}/devices`,
    },
  ])
})

test('the code grant is told too; what was denied, refused or decided before is not', async () => {
  const told: Notice[] = []
  const house = await openHouse({ notices: (notice) => void told.push(notice) })
  const app = await openApp(house)
  await app.ask({}, 'deny')
  const device = await house.device()
  const { userCode } = await device.start()
  const browser = openBrowser(house)
  await browser.signIn()
  const page = await browser.enter(userCode)
  await browser.deny(page)
  await browser.approve(page)
  expect(told).toEqual([])
  await app.ask()
  expect(told).toMatchObject([{ type: 'authorization.approved', clientName: 'Notes App', askedFrom: undefined, scope: ['notes:read'] }])
})
