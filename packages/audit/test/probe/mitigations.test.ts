/** The evidence for RFC 10027: what is seen of a server, what a defect takes away, and what is said when nobody could look. */
import { expect, test } from 'vitest'
import { probeLines } from '../../src/index.ts'
import { probeReference } from './probe-reference.ts'
import type { Defect } from './reference/defects.ts'

const standing = (result: Awaited<ReturnType<typeof probeReference>>) =>
  Object.fromEntries(result.mitigations.map((each) => [each.section.replace('6.1.', ''), each.standing]))

/** The reference server shows no address, enrols no device, warns of nobody and asks for no number. */
const SEEN = {
  ...Object.fromEntries([2, 3, 4, 5, 6, 9, 10, 11, 12, 14, 15].map((number) => [number, 'pass'])),
  ...Object.fromEntries([1, 7, 13, 16].map((number) => [number, 'absent'])),
  ...Object.fromEntries([8, 17].map((number) => [number, 'not applicable'])),
}

test('each of the seventeen is told with how it was observed, in the terminal too', async () => {
  const result = await probeReference({ bcp247: true })
  expect(standing(result)).toEqual(SEEN)
  const text = probeLines(result, { colour: false, width: 100 }).join('\n')
  expect(text).toContain('Mitigations of RFC 10027 (BCP 247): 11 pass, 4 absent, 2 not applicable\n')
  for (const { section, title, standing: word, observed, steps } of result.mitigations) {
    expect(observed, section).not.toBe('')
    expect(text).toMatch(new RegExp(`^${word} +${section.replaceAll('.', '\\.')} +${title}$`, 'm'))
    for (const step of steps) expect(result.transcript[step - 1]?.step).toBe(step)
  }
  expect(text).toMatch(/6\.1\.10 +Short-lived tokens\n +An access token lives 900 seconds\. \(step \d+\)/)
})

test.each([
  ['replay', 3],
  ['race', 3],
  ['host decides', 5],
  ['unknown scope granted', 9],
  ['no throttle', 11],
  ['secret unchecked when asking', 15],
] satisfies [Defect, number][])('%s takes 6.1.%i away, and no other', async (defect, number) => {
  expect(standing(await probeReference({ defect, bcp247: true }))).toEqual({ ...SEEN, [number]: 'absent' })
})

test('what nobody could look at is not called absent, and what was missing is named', async () => {
  const result = await probeReference({ approver: undefined, clients: { a: { id: 'client-a' } }, race: false, guess: false, bcp247: true })
  const hidden = result.mitigations.filter((each) => each.standing === 'not applicable')
  expect(hidden.map(({ section }) => section)).toEqual([1, 3, 6, 8, 9, 10, 12, 13, 14, 15, 16, 17].map((number) => `6.1.${number}`))
  expect(hidden.find(({ section }) => section === '6.1.15')?.observed).toBe(
    'L05 did not run: needs a confidential client with the device grant',
  )
})
