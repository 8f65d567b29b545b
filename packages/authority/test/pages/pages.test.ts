import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { donePage, enterCodePage, errorPage, lookOf, PLAIN_LOOK, signInPage } from '../../src/pages/index.ts'
import { readMarkup, select, structureOf, textOf, the } from './read-markup.ts'
import { everyPage, pagesWith, site } from './views.ts'

verifies('rfc6749-10.14-input-validation', 'markup, direction marks and escape sequences in any value change nothing but text', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onfocus='alert(1)",
      '</title></head>',
      '<!--',
      ']]>',
      '&lt;',
      '${x}',
    ),
    fc.constantFrom(
      '\u202e',
      '\u2066',
      '\u2069',
      '\u200e',
      '\u200b',
      '\u001b[31m',
      '\u001b]8;;https://evil.example\u0007',
      '\u0000',
      '\r\n\r\n',
    ),
  )
  const hostile = fc.array(piece, { maxLength: 6 }).map((pieces) => `x${pieces.join('')}`)
  for (const [name, pageWith] of Object.entries(pagesWith)) {
    const expected = structureOf(pageWith('x'))
    fc.assert(
      fc.property(hostile, (given) => {
        const page = pageWith(given)
        expect(structureOf(page), name).toEqual(expected)
        // Hidden fields carry back what was given; everything a person sees is free of what cannot be seen.
        const fields = select(readMarkup(page), 'input').filter(({ attributes }) => attributes.type !== 'hidden')
        const seen = [textOf(page), ...fields.map(({ attributes }) => attributes.value)].join('')
        expect(seen).not.toMatch(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u)
      }),
      { numRuns: 60 },
    )
  }
})

verifies(
  'rfc8628-3.3-return-to-device',
  'the last page sends the person back to the device, and leads nowhere but to the list of what was approved',
  () => {
    for (const outcome of ['approved', 'denied'] as const) {
      const page = donePage({ ...site, outcome, clientName: 'https://evil.example/next' })
      expect(textOf(page)).toContain('Go back to your device')
      const elements = readMarkup(page)
      expect(select(elements, 'a').map(({ attributes }) => attributes.href)).toEqual(['/auth/devices'])
      expect(elements.filter(({ tag }) => ['form', 'button', 'area', 'iframe', 'object', 'base'].includes(tag))).toEqual([])
      expect(select(elements, 'meta').some(({ attributes }) => 'http-equiv' in attributes)).toBe(false)
    }
    expect(textOf(donePage({ ...site, outcome: 'approved', clientName: 'X' }))).toContain('Approved')
    expect(textOf(donePage({ ...site, outcome: 'denied', clientName: 'X' }))).toContain('Denied')
  },
)

verifies('seed-001-phishing-warning', 'the field for the code stands below the rule never to enter a code somebody sent', () => {
  const page = enterCodePage({ ...site, csrf: 'form-secret', approverName: 'Ada' })
  const field = the(readMarkup(page), 'input', { name: 'user_code' })
  const rule = the(readMarkup(page), 'div', { id: 'rule' })
  expect(rule.text).toContain('Never enter a code that somebody sent you.')
  expect(rule.text).toContain('if you yourself just started a sign-in, on a device you can see right now')
  expect(field.attributes['aria-describedby']).toContain('rule')
  expect(page.indexOf('id="rule"')).toBeLessThan(page.indexOf('name="user_code"'))
})

test('the code entry takes one code, filled in when the link brought one', () => {
  const elements = readMarkup(enterCodePage({ ...site, csrf: 'form-secret', approverName: 'Ada', prefilled: 'WDJ-BMJ-HTL' }))
  expect(the(elements, 'form', { action: '/auth/device' }).attributes.method).toBe('post')
  const expected = {
    value: 'WDJ-BMJ-HTL',
    inputmode: 'text',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    required: '',
  }
  expect(the(elements, 'input', { name: 'user_code' }).attributes).toMatchObject(expected)
  expect(select(elements, 'input', { name: 'csrf', value: 'form-secret' })).toHaveLength(2)
  expect(the(elements, 'form', { action: '/auth/sign-out' }).text).toBe('Signed in as Ada Sign out')
  expect(the(elements, 'a', { href: '/auth/devices' }).text).toBe('Your devices')
})

test("a code that is wrong or mistyped is told beside its field, and the field is marked; a limit is nobody's mistake in typing", () => {
  const field = (error: 'wrong' | 'mistyped' | 'limited' | 'stale') => {
    const page = enterCodePage({ ...site, csrf: 'form-secret', approverName: 'Ada', prefilled: 'WDJ-BMJ-HLT', error, retryAfter: 600 })
    const { attributes } = the(readMarkup(page), 'input', { name: 'user_code' })
    expect(attributes['aria-describedby']).toBe('problem rule hint')
    return [attributes['aria-invalid'], the(readMarkup(page), 'p', { role: 'alert' }).text.split(/[:.,]/)[0]]
  }
  expect(field('wrong')).toEqual(['true', 'This code is not valid'])
  expect(field('mistyped')).toEqual(['true', 'Check what you typed'])
  expect(field('limited')).toEqual([undefined, 'Too many wrong codes'])
  expect(field('stale')).toEqual([undefined, 'This page was open for too long'])
})

test('signing in never shows a password, carries the code along, and refuses in one way', () => {
  const elements = readMarkup(
    signInPage({ ...site, csrf: 'form-secret', errand: { name: 'user_code', value: 'WDJ-BMJ-HTL' }, name: 'ada', error: 'refused' }),
  )
  expect(the(elements, 'form').attributes).toMatchObject({ method: 'post', action: '/auth/sign-in' })
  expect(the(elements, 'input', { name: 'name' }).attributes).toMatchObject({ autocomplete: 'username', value: 'ada' })
  const password = the(elements, 'input', { name: 'password' }).attributes
  expect(password).toMatchObject({ type: 'password', autocomplete: 'current-password', 'aria-describedby': 'problem' })
  expect(password).not.toHaveProperty('value')
  expect(the(elements, 'input', { name: 'user_code' }).attributes.value).toBe('WDJ-BMJ-HTL')
  expect(select(readMarkup(signInPage({ ...site, csrf: 'x' })), 'input', { name: 'user_code' })).toEqual([])
  expect(the(elements, 'p', { role: 'alert' }).text).toBe('This name and password do not fit together. Check both and try again.')
})

test('signing in again is for the person who is signed in, under the name that stands there', () => {
  const elements = readMarkup(signInPage({ ...site, csrf: 'form-secret', name: 'ada', again: true }))
  expect(the(elements, 'h1').text).toBe('Confirm that it is you')
  expect(the(elements, 'input', { name: 'name' }).attributes).toMatchObject({ value: 'ada', readonly: '' })
  expect(the(elements, 'input', { name: 'again' }).attributes).toMatchObject({ type: 'hidden', value: 'yes' })
  expect(select(readMarkup(signInPage({ ...site, csrf: 'x' })), 'input', { name: 'again' })).toEqual([])
})

test('an error says what happened and what to do, and offers the code entry only where that helps', () => {
  const linked = (kind: 'expired' | 'csrf') =>
    select(readMarkup(errorPage({ ...site, kind })), 'a').map(({ attributes }) => attributes.href)
  expect(linked('expired')).toEqual([])
  expect(linked('csrf')).toEqual(['/auth/device'])
  expect(textOf(errorPage({ ...site, kind: 'expired' }))).toContain('start the sign-in again')
})

test('a page in English is ASCII but for what others say on it, so that it is sent as it is', () => {
  for (const page of everyPage) expect(page.match(/[^\0-\x7f].*/)).toBeNull()
})

test('every page is one document in a named language: one heading, one main part, every field labelled, every problem announced', () => {
  for (const page of everyPage) {
    const elements = readMarkup(page)
    expect(the(elements, 'html').attributes).toEqual({ lang: 'en', dir: 'ltr' })
    the(elements, 'main')
    the(elements, 'header')
    expect(the(elements, 'title').text).toBe(`${the(elements, 'h1').text} · ${page.includes('Northgate') ? 'Northgate' : 'Countersign'}`)
    const ids = elements.flatMap(({ attributes }) => attributes.id ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    const references = elements.flatMap(({ attributes }) => [attributes['aria-describedby'], attributes['aria-labelledby'], attributes.for])
    for (const id of references.flatMap((list) => list?.split(' ') ?? [])) expect(ids).toContain(id)
    for (const { attributes } of select(elements, 'input').filter(({ attributes: { type } }) => type !== 'hidden')) {
      the(elements, 'label', { for: attributes.id ?? '' })
    }
    const described = elements.flatMap(({ attributes }) => attributes['aria-describedby']?.split(' ') ?? [])
    expect(described.includes('problem')).toBe(ids.includes('problem'))
    for (const svg of select(elements, 'svg')) expect(svg.attributes['aria-hidden']).toBe('true')
  }
})

test('no page holds an inline style, anything from another server, or a script but the one for passkeys', () => {
  for (const page of everyPage) {
    const elements = readMarkup(page)
    const forms = elements.filter(({ attributes }) => 'data-passkey' in attributes)
    expect(select(elements, 'script').map(({ attributes }) => attributes)).toEqual(forms.map(() => ({ type: 'module' })))
    for (const { tag, attributes } of elements) {
      expect(['style', 'iframe', 'object', 'embed', 'base']).not.toContain(tag)
      expect(Object.keys(attributes).filter((name) => name.startsWith('on') || name === 'style' || name === 'http-equiv')).toEqual([])
      for (const name of ['href', 'src', 'action']) expect(attributes[name] ?? '/auth/').toMatch(/^(?:\/auth\/|data:image\/svg)/)
    }
  }
})

test('an operator may bring a name and a logo, and nothing from elsewhere', () => {
  const withLogo = (logo?: string) =>
    errorPage({ base: '', operator: { name: 'Northgate' }, look: { ...PLAIN_LOOK, logo }, kind: 'not_found' })
  const drawing = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>')
  const page = readMarkup(errorPage({ base: '', operator: { name: 'Northgate' }, look: lookOf({ logo: drawing }), kind: 'not_found' }))
  expect(the(page, 'img').attributes).toEqual({
    class: 'logo',
    alt: '',
    src: 'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=',
  })
  expect(the(page, 'bdi').text).toBe('Northgate')
  expect(select(readMarkup(withLogo()), 'img')).toEqual([])
  expect(() => withLogo('https://evil.example/logo.png')).toThrow('path of this server')
})
