import { START } from '@countersign/store-contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keysUnder, nameOf, tagOf, textOf } from '../src/names.ts'
import { endText, hintIn, hintsIn, hintsText, hintText, lifeText, rowIn } from '../src/row-text.ts'

/** Any JavaScript string, lone surrogates included. */
const name = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
)
const survives = (text: string) => Buffer.from(text, 'utf8').toString('utf8') === text

describe('names', () => {
  test('every name survives UTF-8, comes back, and is no other', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(survives(textOf(one))).toBe(true)
        expect(nameOf(textOf(one))).toBe(one)
        expect(textOf(one) === textOf(other)).toBe(one === other)
      }),
    )
  })

  test('a tag is the same for the same beginning, and fits between braces', () => {
    fc.assert(
      fc.property(
        fc.tuple(name, name, name).filter(([start]) => start.length >= 3),
        ([start, one, other]) => {
          const place = start.slice(0, 3)
          expect(tagOf(place + one)).toBe(tagOf(place + other))
          expect(tagOf(one)).toMatch(/^[\w-]*$/)
        },
      ),
    )
  })

  test('keys of different uses, kinds and names differ; those of one place share their tag', () => {
    const keys = keysUnder('cs')
    const all = [
      keys.row('a', 'b'),
      keys.lookup('a', 'b'),
      keys.group('a', 'b'),
      keys.refusal('a', 'b', 'n'),
      keys.once('b'),
      keys.counter('b'),
      keys.row('b', 'b'),
      keys.row('a', 'b:c'),
      keys.row('a', 'b=c'),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(keys.row('device', 'abcdef')).toBe('{cs:abc}device:abcdef')
    expect(keys.lookup('device', 'abcxyz')).toBe('{cs:abc}device=abcxyz')
  })
})

describe('rows', () => {
  test('a row and its hints come back from the text, whatever the names', () => {
    fc.assert(
      fc.property(fc.option(name, { nil: undefined }), fc.array(name, { maxLength: 4 }), name, (group, lookups, id) => {
        const text = hintsText({ nonce: 'n-1_x', group, lookups }, START)
        expect(text).not.toMatch(/[\n\r]/)
        expect(survives(text)).toBe(true)
        expect(hintsIn(text)).toEqual({ nonce: 'n-1_x', group, lookups })
        const kept = rowIn(`7 ${START}${text}\n{"a\\n":"\\n"}`, id)
        expect(kept).toEqual({ row: { id, version: 7, value: { 'a\n': '\n' } }, end: START, nonce: 'n-1_x' })
        for (const ahead of [true, false]) expect(hintIn(hintText({ nonce: 'n-1_x', id, ahead }))).toEqual({ nonce: 'n-1_x', id, ahead })
      }),
    )
    expect(rowIn('1 -\n{}', 'a')).toEqual({ row: { id: 'a', version: 1, value: {} }, end: Number.POSITIVE_INFINITY, nonce: undefined })
    expect(hintsIn('')).toBeUndefined()
  })

  test('an end that is not a number is an end, not eternity; lives outlast ends by a minute', () => {
    expect([undefined, Number.POSITIVE_INFINITY, Number.NaN, START, 1.5].map(endText)).toEqual(['-', '-', '0', `${START}`, '1.5'])
    expect(lifeText(START + 1000, START)).toBe('61000')
    expect(lifeText(START + 0.4, START)).toBe('60001')
    expect(lifeText(START - 5000, START)).toBe('60000')
    expect(lifeText(Number.NaN, START)).toBe('60000')
    for (const end of [undefined, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER]) expect(lifeText(end, START)).toBe('')
  })
})
