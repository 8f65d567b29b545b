import fc from 'fast-check'
import { expect, test } from 'vitest'
import { html, render } from '../../src/pages/html.ts'
import { jointed } from '../../src/pages/joints.ts'
import { textOf } from './read-markup.ts'

const partsOf = (text: string) => render(jointed(text)).split('<wbr>')

test('a long name may be broken before each @ and dot and after each slash, and reads on without a gap', () => {
  expect(partsOf('ada.lovelace@engines.example')).toEqual(['ada', '.lovelace', '@engines', '.example'])
  expect(partsOf('https://notes.example/mcp/v2')).toEqual(['https://', 'notes', '.example/', 'mcp/', 'v2'])
  expect(partsOf('http://127.0.0.1:49152/callback')).toEqual(['http://', '127', '.0', '.0', '.1:49152/', 'callback'])
  expect(partsOf('and so on until the end ... of it')).toEqual(['and so on until the end ', '... of it'])
})

test('a name that fits on every line stays whole', () => {
  expect(partsOf('ada@engines.example')).toEqual(['ada@engines.example'])
})

test('whatever the name, its text stays as it was and nothing in it is markup', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '.', '@', '/', ':', '<', '&', '"', '-'), maxLength: 60 }), (name) => {
      expect(textOf(`<body>${render(html`${jointed(name)}`)}</body>`)).toBe(name)
    }),
    { seed: 360, numRuns: 500 },
  )
})
