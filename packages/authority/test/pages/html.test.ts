import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Attributes, type Away, type Fragment, html, leadingAway, render, templateOf } from '../../src/pages/html.ts'
import { readMarkup } from './read-markup.ts'

test('text between tags and in quoted values is escaped, and reads back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [outer, inner] = readMarkup(render(html`<p title="${text}"><b>${text}</b></p>`))
      expect(outer?.attributes.title).toBe(text)
      expect(inner?.text).toBe(text.replace(/\s+/g, ' ').trim())
    }),
  )
  expect(render(html`${'<a> & "b" \'c\' `d`'}`)).toBe('&lt;a&gt; &amp; &quot;b&quot; &#39;c&#39; &#96;d&#96;')
})

test('finished markup nests, lists join, and nothing is written for what is not there', () => {
  const item = html`<li>${1}</li>`
  expect(render(html`<ul>${[item, [item, '<'], false, undefined]}</ul>`)).toBe('<ul><li>1</li><li>1</li>&lt;</ul>')
})

test('only the template makes markup: an object that looks like it is refused', () => {
  const forged = JSON.parse('{"markup":"<script>","Symbol(markup)":"<script>"}') as Fragment
  expect(() => html`<p>${forged}</p>`).toThrow(TypeError)
})

test('attributes in a tag are escaped, bare or left out', () => {
  const given: Attributes = { class: 'a"b', hidden: true, title: undefined, lang: false, tabindex: 0 }
  expect(render(html`<p ${given}>x</p>`)).toBe('<p class="a&quot;b" hidden tabindex="0">x</p>')
})

test('a hole where no escaping is safe is refused', () => {
  const x = 'x'
  expect(() => html`<${x}>`).toThrow('tag name')
  expect(() => html`</${x}>`).toThrow(TypeError)
  expect(() => html`<p title=${x}>`).toThrow('takes attributes')
  expect(() => html`<p title= ${{ a: x }}>`).toThrow('takes attributes')
  expect(() => html`<p ${x}>`).toThrow('takes attributes')
  expect(() => html`<p${{ a: x }}>`).toThrow('takes attributes')
  expect(() => html`<p ${html`title=x`}>`).toThrow('takes attributes')
  expect(() => html`<p ${[x]}>`).toThrow('takes attributes')
  expect(() => html`<p title="${html`<b>`}">`).toThrow('takes text')
  expect(() => html`<p>${{ a: x }}</p>`).toThrow('between tags')
})

test('attributes that run or paint are refused, and so is a name with anything odd in it', () => {
  for (const name of ['onclick', 'style', 'a b', 'a=b', '"', '>', 'A']) expect(() => html`<p ${{ [name]: 'x' }}>`, name).toThrow(TypeError)
})

test('an address leads to this server and nowhere else', () => {
  for (const path of ['', '/auth', '/a/b.c', '/%C3%A9']) expect(() => html`<a href="${path}/device">`, path).not.toThrow()
  const elsewhere = [
    '//evil.example',
    'https://evil.example',
    '\\\\evil',
    '/\\evil',
    '/',
    'javascript:alert(1)',
    ' /a',
    '/\t/evil',
    'evil',
    '/a//b',
  ]
  for (const path of [...elsewhere, 'data:text/html,x', 'data:image/png,x']) {
    expect(() => html`<a href="${path}">`, path).toThrow('path of this server')
    expect(() => html`<form ${{ action: path }}>`, path).toThrow('path of this server')
  }
  // What follows an empty base must not make a host of what comes after it.
  expect(() => html`<a href="/${'/evil.example'}">`).toThrow('path of this server')
  expect(() => html`<a href="${''}${'//evil.example'}">`).toThrow('path of this server')
  for (const path of elsewhere) expect(() => html`<img src="${path}">`, path).toThrow('path of this server')
  expect(render(html`<img src="${'data:image/png;base64,AAA='}">`)).toBe('<img src="data:image/png;base64,AAA=">')
  expect(() => html`<img src="${'data:text/html,x'}">`).toThrow('path of this server')
})

test('an address on another site stands in a link or a refresh, https or http, and was made as an address', () => {
  const to = leadingAway(new URL('https://other.example/a?b=%22&c=<d>;e'))
  const [link] = readMarkup(render(html`<a href="${to}">x</a>`))
  expect(link?.attributes.href).toBe('https://other.example/a?b=%22&c=%3Cd%3E;e')
  const [refresh] = readMarkup(render(html`<meta http-equiv="refresh" content="0; url=${to}">`))
  expect(refresh?.attributes.content).toBe(`0; url=${link?.attributes.href}`)
  for (const address of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd']) {
    expect(() => leadingAway(new URL(address)), address).toThrow(TypeError)
  }
  expect(() => html`<form action="${to}">`).toThrow('in a link')
  expect(() => html`<img src="${to}">`).toThrow('in a link')
  expect(() => html`<a href="/x${to}">`).toThrow('in a link')
  expect(() => html`<meta name="x" content="${to}">`).toThrow('in a link')
  expect(() => html`<p>${to as unknown as Fragment}</p>`).toThrow('in a link')
  expect(() => html`<a href="${JSON.parse('{"away":"https://evil.example"}') as Away}">`).toThrow('takes text')
})

test('a template is filled for each view, and what the view brings is escaped for where it lands', () => {
  interface View {
    readonly name: string
    readonly flagged: boolean
  }
  const fixed = '<"fixed">'
  const { fill } = templateOf<View>((slot) => {
    const name = slot((view) => view.name)
    const warning = html`<b>${name}, ${fixed}</b>`
    const marks = slot(({ flagged, name: title }) => ({ hidden: flagged, title }))
    return html`<p id="${name}" ${marks}>${['<', name]}${slot(({ flagged }) => flagged && [warning, html`<i>${fixed}</i>`])}</p>`
  })
  expect(fill({ name: 'Ada', flagged: false })).toBe('<p id="Ada" title="Ada">&lt;Ada</p>')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [outer, warning, inner] = readMarkup(fill({ name: text, flagged: true }))
      expect(outer?.attributes).toEqual({ id: text, hidden: '', title: text })
      expect(warning?.text).toBe(`${text}, <"fixed">`.replace(/\s+/g, ' ').trim())
      expect(inner?.text).toBe('<"fixed">')
    }),
  )
})

test('what a view brings is refused wherever a value of the source would be', () => {
  const filled = (make: Parameters<typeof templateOf<Fragment>>[0], view: unknown) => templateOf(make).fill(view as Fragment)
  const itself = (view: Fragment) => view
  expect(() => filled((slot) => html`<a href="${slot(itself)}">`, '//evil.example')).toThrow('path of this server')
  expect(() => filled((slot) => html`<p title="${slot(itself)}">`, html`<b>`)).toThrow('takes text')
  expect(() => filled((slot) => html`<p ${slot(itself)}>`, 'x')).toThrow('takes attributes')
  expect(() => filled((slot) => html`<p ${slot(() => ({ onclick: 'x' }))}>`, '')).toThrow('not an attribute')
  expect(() => filled((slot) => html`<p>${slot(itself)}</p>`, JSON.parse('{"Symbol(markup)":"<script>"}'))).toThrow(TypeError)
  expect(() => templateOf((slot) => html`<${slot(() => 'b')}>`)).toThrow('tag name')
  expect(() => templateOf((slot) => html`<p title=${slot(() => 'b')}>`)).toThrow('takes attributes')
})

test('a slot is nothing without a view, and what is fixed is told without one', () => {
  const { fixed } = templateOf<string>((slot) => {
    const unfilled = html`<p>${slot((view) => view)}</p>`
    expect(() => render(unfilled)).toThrow('view of its template')
    return html`<i>${'<'}</i>${unfilled}`
  })
  expect(fixed).toBe('<i>&lt;</i><p></p>')
})
