/** Every error leads to a section that says what it means and what to do. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { NOTES, openHouse } from '../../../tests/support/house.ts'
import { helpFor, MEANINGS } from '../src/troubleshooting.ts'
import { objects, sit } from './support/seat.ts'

const page = readFileSync(fileURLToPath(new URL('../../../docs/troubleshooting.md', import.meta.url)), 'utf8')

verifies('seed-002-troubleshooting-link', 'each code has its section, and each failure says where it is', async () => {
  const sections = [...page.matchAll(/^## (\S+)\n\n(.+)\n\n(.+)$/gm)].map(([, code]) => code)
  expect(sections).toEqual(expect.arrayContaining(Object.keys(MEANINGS)))
  for (const meaning of Object.values(MEANINGS)) expect(meaning).toMatch(/^[A-Z].*\.$/)
  expect(helpFor('toString')).toBeUndefined()

  const house = await openHouse()
  const help = helpFor('not_signed_in') ?? ''
  expect(help).toMatch(/^https:\/\/.*\/docs\/troubleshooting\.md#not_signed_in$/)
  expect((await sit(house, ['token', NOTES])).stderr).toContain(`\nmore: ${help}\n`)
  expect(objects((await sit(house, ['token', NOTES, '--json'])).stdout)).toMatchObject([{ error: { code: 'not_signed_in', help } }])
})
