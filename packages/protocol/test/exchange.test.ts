import { headerOf } from '@countersign/protocol'
import { expect, test } from 'vitest'

test('a header that came once is its value, one that came more often is null, an absent one undefined', () => {
  const exchange = { headers: { dpop: 'proof', accept: ['a', 'b'], host: ['h'], none: [], empty: '' } }
  expect(headerOf(exchange, 'dpop')).toBe('proof')
  expect(headerOf(exchange, 'host')).toBe('h')
  expect(headerOf(exchange, 'accept')).toBeNull()
  expect(headerOf(exchange, 'none')).toBeUndefined()
  expect(headerOf(exchange, 'empty')).toBe('')
  expect(headerOf(exchange, 'authorization')).toBeUndefined()
})
