import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameOf, textOf } from '../src/names.ts'

const anyText = fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 8 })
const oddText = fc.string({ unit: fc.constantFrom('\0', '\u0001', '"', '\\', '\ud800', '\udc00', 'a', '\ufffd', '\\u0000'), maxLength: 5 })

test('a name comes back as it was, through text that any engine keeps: well-formed, without NUL', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, oddText), (name) => {
      const text = textOf(name)
      expect(nameOf(text)).toBe(name)
      expect(text).not.toContain('\0')
      expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text)
    }),
    { seed: 8628, numRuns: 2000 },
  )
})

test('plain names stay as they are, so that the file can be read by people', () => {
  for (const name of ['', 'a', 'n0-_', 'Grüße', '😀']) expect(textOf(name)).toBe(name)
})
