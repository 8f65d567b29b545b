import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lookOf, PLAIN_LOOK, type Theme, themeFault } from '../../src/pages/index.ts'

const { styleSheet } = PLAIN_LOOK
/** Up to the first rule that is no declaration of a name. */
const palette = styleSheet.slice(0, styleSheet.indexOf('*, *::before'))

/** What is declared for day and night. */
function schemesOf(sheet: string) {
  const [light = '', dark = ''] = sheet.slice(0, sheet.indexOf('*, *::before')).split('@media (prefers-color-scheme: dark)')
  return { day: coloursOf(light), night: coloursOf(dark) }
}

function coloursOf(block: string): Record<string, string> {
  return Object.fromEntries([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]))
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(scheme: Record<string, string>, one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(scheme[one] ?? ''), luminance(scheme[other] ?? '')].toSorted((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

/** What of a stylesheet cannot be read or seen well enough. */
function faultsOf(sheet: string): string[] {
  const text = [
    ['ink', 'paper'],
    ['accent', 'card'],
    ['accent', 'paper'],
    ['ink', 'card'],
    ['soft', 'paper'],
    ['soft', 'card'],
    ['plate-ink', 'plate'],
    ['plate-dash', 'plate'],
    ['warn-ink', 'warn-paper'],
    ['bad-ink', 'bad-paper'],
    ['choice-ink', 'choice'],
    ['choice-ink', 'choice-over'],
  ] as const
  const edges = [
    ['edge', 'card'],
    ['bad-edge', 'card'],
    ['choice', 'card'],
  ] as const
  return Object.entries(schemesOf(sheet)).flatMap(([name, scheme]) =>
    [...text.map((pair) => [...pair, 4.5] as const), ...edges.map((pair) => [...pair, 3] as const)]
      .filter(([one, other, least]) => !(contrast(scheme, one, other) >= least))
      .map(([one, other]) => `${name}: ${one} on ${other}: ${contrast(scheme, one, other).toFixed(2)}`),
  )
}

test('text has at least 4.5 to 1, edges and rings 3 to 1, by day and by night (WCAG 1.4.3, 1.4.11)', () => {
  expect(faultsOf(styleSheet)).toEqual([])
})

test('every colour the stylesheet names is in the palette, and nowhere else is one written', () => {
  for (const [, name = ''] of styleSheet.matchAll(/var\(--([a-z-]+)\)/g)) expect(palette, name).toContain(`--${name}:`)
  expect(styleSheet.slice(palette.length)).not.toMatch(/#[0-9a-f]{3,8}\b|rgb\(/)
})

test('night repaints every colour of the day but none is new', () => {
  const { day, night } = schemesOf(styleSheet)
  expect(Object.keys(night).toSorted()).toEqual(Object.keys(day).toSorted())
  expect(Object.keys(day).length).toBeGreaterThan(20)
})

const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)
const themes: fc.Arbitrary<Theme> = fc.record(
  { accent: colour, nightAccent: colour, background: colour, nightBackground: colour },
  { requiredKeys: [] },
)

test('whatever colours are chosen, a theme that is taken can be read; one that is not is refused by the key that can mend it', () => {
  let taken = 0
  fc.assert(
    fc.property(fc.oneof(themes, fc.record({ accent: colour })), (theme) => {
      const fault = themeFault(theme)
      if (fault !== undefined) {
        const [key = ''] = fault.split(':')
        expect(Object.keys(theme)).toContain(key)
        expect(() => lookOf(theme)).toThrow(RangeError)
        return
      }
      taken++
      expect(faultsOf(lookOf(theme).styleSheet)).toEqual([])
    }),
    { seed: 143, numRuns: 2000 },
  )
  expect(taken).toBeGreaterThan(200)
})

test('a colour that cannot be read is refused with the numbers, and with what to choose', () => {
  expect(themeFault({ accent: '#ffcc00' })).toBe(
    'accent: text in "#ffcc00" on "#ffffff" has a contrast of 1.51 to 1, and people need 4.5 to 1 (WCAG 2.2, 1.4.3); choose a darker colour',
  )
  expect(themeFault({ nightAccent: '#223355' })).toMatch(/^nightAccent: text in "#223355" on "#131d19" .* choose a lighter colour$/)
  expect(themeFault({ background: '#777777' })).toMatch(/^background: text in "#13201b" on "#777777" .* choose a lighter colour$/)
  expect(themeFault({ nightBackground: '#777777' })).toMatch(/^nightBackground: .* choose a darker colour$/)
  expect(() => lookOf({ accent: '#ffcc00' })).toThrow(/^theme\.accent: text in/)
  expect([themeFault({}), themeFault({ accent: '#0B57D0' }), themeFault({ accent: '#0b57d0', nightAccent: '#8ab4f8' })]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('nothing but a colour is a colour, and nothing but the name of a font gets into the stylesheet', () => {
  for (const accent of ['red', '#fff', '#1a5a46ff', '1a5a46', '#1a5a46;}body{display:none', '#1a5a4g', '']) {
    expect(themeFault({ accent }), accent).toBe(`accent: expected a colour like "#1a5a46", found ${JSON.stringify(accent)}`)
  }
  for (const font of ['', ' Inter', 'Inter", serif', 'a;b', 'x\n', '}', '\\', 'url(x)', 'x'.repeat(61)]) {
    expect(themeFault({ font }), font).toBe(`font: expected the name of one font family, found ${JSON.stringify(font)}`)
  }
  expect(lookOf({ font: 'Source Sans 3' }).styleSheet).toContain('--sans: "Source Sans 3", system-ui, ')
})

test('the accent of an operator is on buttons, links, rings and stripes, by day and by night', () => {
  const { day, night } = schemesOf(
    lookOf({ accent: '#0b57d0', nightAccent: '#8ab4f8', background: '#f5f7fa', nightBackground: '#0e1116' }).styleSheet,
  )
  expect(day).toMatchObject({ accent: '#0b57d0', choice: '#0b57d0', stripe: '#0b57d0', paper: '#f5f7fa' })
  expect(night).toMatchObject({ accent: '#8ab4f8', choice: '#8ab4f8', paper: '#0e1116' })
  // By night it is lightened no further than reading takes.
  const { accent = '' } = schemesOf(lookOf({ accent: '#0b57d0' }).styleSheet).night
  expect(contrast({ accent, card: '#131d19' }, 'accent', 'card')).toBeLessThan(6)
  expect(lookOf({ accent: '#0b57d0' }).styleVersion).not.toBe(PLAIN_LOOK.styleVersion)
  expect(lookOf({ accent: '#1a5a46' }).logo).toBeUndefined()
})
