import { quotedText, visibleText } from '@countersign/client'
import { expect, test } from 'vitest'

test('terminal escapes, controls and invisible characters go, words stay', () => {
  expect(visibleText('\u001b[31mred\u001b[0m')).toBe('red')
  expect(visibleText('\u001b]8;;https://evil.example\u0007click\u001b]8;;\u001b\\')).toBe('click')
  expect(visibleText('\u001b]0;title\u0007x')).toBe('x')
  expect(visibleText('a\rb\nc\u0008d\u007fe\u009b2Jf')).toBe('abcde2Jf')
  expect(visibleText('safe\u202e\u2066\u200b\ufefftext\u2028\u2029')).toBe('safetext')
  expect(visibleText('\u001b')).toBe('')
  expect(visibleText('größe 日本 🙂')).toBe('größe 日本 🙂')
})

test('a sentence for a message is one line, short, or nothing', () => {
  expect(quotedText('  two\nlines \u001b[2J ')).toBe('twolines')
  expect(quotedText('x'.repeat(1000))).toHaveLength(300)
  for (const value of ['', ' \u200b ', undefined, null, 7, {}, ['x']]) expect(quotedText(value)).toBeUndefined()
})
