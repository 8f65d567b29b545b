import { expect, test } from 'vitest'
import { themeFault } from '../../src/pages/index.ts'
import { LARGEST_LOGO, logoAddress } from '../../src/pages/style/logo.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const file = (signature: readonly number[], length = 64) => Uint8Array.from({ length }, (_, index) => signature[index] ?? index % 251)
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const JPEG = [0xff, 0xd8, 0xff, 0xe0]
const RIFF = [...bytes('RIFF'), 9, 0, 0, 0]

test('what a logo is, its first bytes say; the whole of it is in the address', () => {
  for (const [type, content] of [
    ['image/png', file(PNG)],
    ['image/jpeg', file(JPEG)],
    ['image/webp', file([...RIFF, ...bytes('WEBP')])],
    ['image/svg+xml', bytes('<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>')],
    ['image/svg+xml', bytes('\ufeff<?xml version="1.0"?>\n<!-- made -- by hand -->\n<!-- twice --><svg/>')],
  ] as const) {
    const address = logoAddress(content) ?? ''
    const [head, body = ''] = address.split(',')
    expect(head).toBe(`data:${type};base64`)
    expect(Uint8Array.from(atob(body), (each) => each.charCodeAt(0))).toEqual(Uint8Array.from(content))
  }
})

test('anything else is no logo: other formats, pages, half a signature', () => {
  for (const content of [
    new Uint8Array(),
    file(PNG.slice(0, 7)),
    file([0xff, 0xd8, 0x00]),
    file([...RIFF, ...bytes('WAVE')]),
    file([...bytes('WEBP')]),
    bytes('GIF89a and so on'),
    bytes('<html><svg/></html>'),
    bytes('<!doctype html><svg/>'),
    bytes('<svgs/>'),
    bytes('x<svg/>'),
    Uint8Array.from([...bytes('<svg/>'), 0xff, 0xfe]),
  ]) {
    expect(logoAddress(content)).toBeUndefined()
    expect(themeFault({ logo: content })).toBe(
      'logo: expected a PNG, JPEG, WebP or SVG file of at most 32768 bytes (an SVG without scripts and document type)',
    )
  }
})

test('a drawing that would run something where it is opened by itself is refused', () => {
  for (const inside of [
    '<script>alert(1)</script>',
    '<SCRIPT/>',
    '<g onload="alert(1)"/>',
    '<g\nonclick = "alert(1)"/>',
    '<g/onfocus="alert(1)"/>',
    '<a href="javascript:alert(1)"><path/></a>',
    '<foreignObject><p>x</p></foreignObject>',
  ]) {
    expect(logoAddress(bytes(`<svg>${inside}</svg>`)), inside).toBeUndefined()
  }
  expect(logoAddress(bytes('<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'))).toBeUndefined()
  // Words are no handlers.
  expect(logoAddress(bytes('<svg><title>once upon = a time</title></svg>'))).toBeDefined()
})

test('every page carries it, so it is small', () => {
  expect(logoAddress(file(PNG, LARGEST_LOGO))).toBeDefined()
  expect(logoAddress(file(PNG, LARGEST_LOGO + 1))).toBeUndefined()
})
