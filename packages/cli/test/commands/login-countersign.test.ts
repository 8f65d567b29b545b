import { expect, test } from 'vitest'
import { NOTES, openHouse } from '../../../../tests/support/house.ts'
import { screen, sit } from '../support/seat.ts'

const terminal = { columns: 80, rows: 40 }

test('the number of the page is asked for on a terminal, and signs in', async () => {
  const house = await openHouse()
  const { code, stderr } = await sit(house, ['login', NOTES], { terminal, onCode: (userCode) => house.decide(userCode, 'approve') })
  expect(code).toBe(0)
  expect(screen(stderr)).toMatch(
    /\nApproved in the browser\. One step is left: the page shows a number\.\n.*\nChecking it\.\nSigned in to /,
  )
  expect(house.requestsTo('/token').at(-1)?.form.get('countersign')).toMatch(/^\d{2}$/)
})

test('three wrong numbers end it like a refusal: exit code 3, and nothing is kept', async () => {
  const house = await openHouse()
  const { code, stderr } = await sit(house, ['login', NOTES], {
    terminal,
    onCode: async (userCode) => ((await house.decide(userCode, 'approve')) === '11' ? '22' : '11'),
  })
  expect(code).toBe(3)
  expect(stderr.match(/Type the number here: /g)?.length).toBeGreaterThanOrEqual(3)
  expect(house.requestsTo('/token').filter(({ form }) => form.has('countersign'))).toHaveLength(3)
  expect(await house.vault.list()).toEqual([])
})

test('interrupted at the question: exit code 130, on a line of its own, and nothing is kept', async () => {
  const house = await openHouse()
  const stop = new AbortController()
  const { code, stderr } = await sit(house, ['login', NOTES], {
    terminal,
    signal: stop.signal,
    onCode: async (userCode) => {
      await house.decide(userCode, 'approve')
      // After the poll that learns of the approval.
      await house.time.sleep(60_000)
      stop.abort()
    },
  })
  expect(code).toBe(130)
  expect(stderr).toContain('Type the number here: ')
  expect(screen(stderr).split('\n').slice(-2)).toEqual(['countersign: interrupted', ''])
  expect(await house.vault.list()).toEqual([])
})

test('where nobody can be asked the server is not told that somebody could', async () => {
  for (const [flags, seat] of [
    [[], {}],
    [['--json'], { terminal }],
  ] as const) {
    const house = await openHouse()
    const { code } = await sit(house, ['login', NOTES, ...flags], { ...seat, onCode: (userCode) => house.decide(userCode, 'approve') })
    expect(code).toBe(0)
    expect(house.requestsTo('/device_authorization')[0]?.form.has('countersign_supported')).toBe(false)
  }
})
