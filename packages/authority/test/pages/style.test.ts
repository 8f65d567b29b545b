import { expect, test } from 'vitest'
import { styleSheet } from '../../src/pages/style/style-sheet.ts'
import { theme } from '../../src/pages/style/theme.ts'

const [light = '', dark = ''] = theme.split('@media (prefers-color-scheme: dark)')
const day = coloursOf(light)
const night = { ...day, ...coloursOf(dark) }

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

test('text has at least 4.5 to 1, edges and rings 3 to 1, by day and by night (WCAG 1.4.3, 1.4.11)', () => {
  const text = [
    ['ink', 'paper'],
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
    ['accent', 'card'],
    ['accent', 'paper'],
    ['bad-edge', 'card'],
    ['choice', 'card'],
  ] as const
  for (const [name, scheme] of Object.entries({ day, night })) {
    for (const [one, other] of text) expect(contrast(scheme, one, other), `${name}: ${one} on ${other}`).toBeGreaterThanOrEqual(4.5)
    for (const [one, other] of edges) expect(contrast(scheme, one, other), `${name}: ${one} on ${other}`).toBeGreaterThanOrEqual(3)
  }
})

test('every colour the stylesheet names is in the theme, and nowhere else is one written', () => {
  for (const [, name = ''] of styleSheet.matchAll(/var\(--([a-z-]+)\)/g)) expect(theme, name).toContain(`--${name}:`)
  expect(styleSheet.slice(theme.length)).not.toMatch(/#[0-9a-f]{3,8}\b|rgb\(/)
})

test('night repaints every colour of the day but none is new', () => {
  expect(Object.keys(coloursOf(dark)).toSorted()).toEqual(Object.keys(day).toSorted())
})
