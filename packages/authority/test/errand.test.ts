import { errandPath, errandQuery, readErrand } from '@countersign/authority'
import { BASE20, parseForm } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const settings = { settings: { userCodeAlphabet: BASE20 } }
const read = (query: string) => readErrand(settings, parseForm(query))
const REQUEST = 'x'.repeat(43)

test('a user code goes to the code entry, a request to its decision, nothing to the code entry', () => {
  expect(errandPath('/auth', read('user_code=wdjb mjht'))).toBe('/auth/device?user_code=WDJB-MJHT')
  expect(errandPath('', read(`request=${REQUEST}`))).toBe(`/authorize/decide?request=${REQUEST}`)
  expect(errandPath('/auth', read(''))).toBe('/auth/device')
  expect(errandQuery(undefined)).toBe('')
})

test('an errand survives the way through signing in', () => {
  for (const query of ['user_code=WDJB-MJHT', `request=${REQUEST}`]) {
    const errand = read(query)
    expect(errand).toBeDefined()
    expect(read(errandQuery(errand).slice(1))).toEqual(errand)
  }
})

verifies('rfc9700-2.1-no-open-redirector', 'whatever travels as an errand, it leads to one of two pages of ours', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('//evil.example', '/\\evil.example', 'https://evil.example', `${REQUEST}#`, `${REQUEST}&x=1`, '../../evil', '?a=b'),
    fc.stringMatching(/^[\w/:.-]{43}$/),
  )
  fc.assert(
    fc.property(fc.constantFrom('user_code', 'request', 'return_to'), value, (name, text) => {
      const form = { get: (asked: string) => (asked === name ? text : undefined), all: () => [] }
      expect(errandPath('/auth', readErrand(settings, form))).toMatch(
        /^\/auth\/(device(\?user_code=[A-Z]{1,4}(-[A-Z]{1,4})*)?|authorize\/decide\?request=[\w-]{43})$/,
      )
    }),
    { seed: 9700, numRuns: 2000 },
  )
})
