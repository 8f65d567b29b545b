import { isFormContentType, OAuthError, parseForm } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const runs = { seed: 3002, numRuns: 1000 }
const control = /[\u0000-\u001f\u007f-\u009f]/

function refusal(text: string): OAuthError | undefined {
  try {
    parseForm(text)
    return undefined
  } catch (error) {
    if (error instanceof OAuthError) return error
    throw error
  }
}

/** Text without control characters and lone surrogates, names such as those of Object.prototype included. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', '+', '%', '&', '=', '%00', 'ü', '日本', '\u{1f511}'),
  )
  .filter((value) => !control.test(value) && !/\p{Cs}/u.test(value))

test('what URLSearchParams writes is read as it was meant', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name, maxLength: 12 }), (pairs) => {
      const form = parseForm(new URLSearchParams(pairs).toString())
      for (const [name, value] of pairs) {
        expect(form.get(name)).toBe(value === '' ? undefined : value)
        expect(form.all(name)).toEqual(value === '' ? [] : [value])
      }
    }),
    runs,
  )
})

test('of any text, what is read at all is read as URLSearchParams reads it', () => {
  const piece = fc.oneof(
    fc.constantFrom('&', '=', '+', '%', '%2', '%41', '%C3%BC', '%zz', 'a', 'b', 'resource'),
    fc.string({ maxLength: 4 }),
  )
  let accepted = 0
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const body = pieces.join('')
      const error = refusal(body)
      if (error !== undefined) {
        expect(error).toMatchObject({ code: 'invalid_request', status: 400 })
        return
      }
      accepted++
      const form = parseForm(body)
      const reference = new URLSearchParams(`?${body}`)
      for (const name of reference.keys()) expect(form.all(name)).toEqual(reference.getAll(name).filter((value) => value !== ''))
    }),
    { ...runs, numRuns: 3000 },
  )
  expect(accepted).toBeGreaterThan(300)
})

verifies(
  'rfc8628-3.1-no-duplicates',
  'a parameter that comes twice is invalid_request, however it is spelled and even when it is empty',
  () => {
    const repeated = [
      'client_id=a&client_id=b',
      'client_id=a&client_id=a',
      'scope=&scope=read',
      'scope=read&scope=',
      'scope&scope',
      'device_code=a&grant_type=x&device%5Fcode=b',
      'client+id=a&client%20id=b',
      '=a&=b',
      '__proto__=a&__proto__=b',
      'constructor=a&constructor=b',
    ]
    for (const body of repeated) expect(refusal(body), body).toMatchObject({ code: 'invalid_request', status: 400 })
    expect(refusal('Client_id=a&client_id=b')).toBeUndefined()
  },
)

test('resource may repeat, in order (RFC 8707 section 2)', () => {
  const form = parseForm('resource=https%3A%2F%2Fa.example%2F&resource=&resource=https://b.example/')
  expect(form.all('resource')).toEqual(['https://a.example/', 'https://b.example/'])
  expect(form.get('resource')).toBe('https://a.example/')
})

verifies('rfc8628-3.1-empty-as-omitted', 'a parameter without a value counts as left out', () => {
  const form = parseForm('scope=&client_id=cli&flag&=x&&')
  expect(form.get('scope')).toBeUndefined()
  expect(form.get('flag')).toBeUndefined()
  expect(form.all('scope')).toEqual([])
  expect(form.get('client_id')).toBe('cli')
  expect(form.get('')).toBe('x')
  expect(form.get('absent')).toBeUndefined()
})

test('names that every object has are absent unless they were sent', () => {
  const form = parseForm('a=1')
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    expect(form.get(name)).toBeUndefined()
    expect(form.all(name)).toEqual([])
  }
  expect(parseForm('__proto__=x&constructor=y').get('constructor')).toBe('y')
  expect(Object.getPrototypeOf({})).toBe(Object.prototype)
})

test('an escape that is no UTF-8 is invalid_request', () => {
  for (const value of ['%', '%a', '%zz', '%C3%28', '%C0%AF', '%ED%A0%80', '%F5%80%80%80', '%FF', '%E2%82']) {
    expect(refusal(`scope=${value}`), value).toMatchObject({ code: 'invalid_request' })
    expect(refusal(`${value}=x`), value).toMatchObject({ code: 'invalid_request' })
  }
})

test('a control character is invalid_request, raw or escaped, in a name or a value', () => {
  for (const code of [0, 9, 10, 13, 27, 31, 127, 128, 0x9b, 0x9f]) {
    const raw = String.fromCharCode(code)
    for (const spelling of [raw, encodeURIComponent(raw)]) {
      expect(refusal(`scope=a${spelling}b`), `U+${code.toString(16)}`).toMatchObject({ code: 'invalid_request' })
      expect(refusal(`a${spelling}b=scope`), `U+${code.toString(16)}`).toMatchObject({ code: 'invalid_request' })
    }
  }
  expect(parseForm('name=a%C2%A0%7E').get('name')).toBe('a\u00a0~')
})

test('a refusal shows of a name only what can confuse no log', () => {
  const name = `x${'\u202e"\\<script>'.repeat(20)}`
  const error = refusal(`${encodeURIComponent(name)}=1&${encodeURIComponent(name)}=2`)
  expect(error?.message).toMatch(/^parameter '[\w.?-]{1,40}' is repeated$/)
  expect(refusal('scope=secret%0A')?.message).not.toContain('secret')
})

test('only a form in UTF-8 is a form', () => {
  const forms = [
    'application/x-www-form-urlencoded',
    'Application/X-WWW-Form-URLEncoded',
    'application/x-www-form-urlencoded; charset=utf-8',
    'application/x-www-form-urlencoded;charset="UTF-8"',
    'application/x-www-form-urlencoded ; version=1',
  ]
  const others = [
    undefined,
    null,
    '',
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/x-www-form-urlencoded; charset=iso-8859-1',
    'application/x-www-form-urlencoded, application/json',
    'application/x-www-form-urlencodedx',
    'text/plain; application/x-www-form-urlencoded',
  ]
  expect(forms.filter((type) => !isFormContentType(type))).toEqual([])
  expect(others.filter((type) => isFormContentType(type))).toEqual([])
})

test('a form of very many names is refused before it keeps anybody busy', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}=v`).join('&')
  expect(parseForm(names(256)).get('n255')).toBe('v')
  expect(refusal(names(257))).toMatchObject({ code: 'invalid_request', status: 400, message: 'more than 256 parameters' })
})

test.each(['a=%0A', 'a=%7f', 'a=%', 'a=%4', 'a=%g0', 'a=%4g', 'a=%C3', 'a=%41%FF', 'a=\u0007', '%00=a'])('%s is refused', (body) => {
  expect(refusal(body)).toMatchObject({ code: 'invalid_request', status: 400 })
})
