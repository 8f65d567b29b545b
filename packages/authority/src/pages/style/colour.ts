/** Colours as numbers: how well two of them can be told apart, and what lies between them. */

/** `#rrggbb` */
export type Colour = string

export function isColour(value: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(value)
}

/** WCAG 2.2, contrast ratio: 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** @param share of the other colour: 0 is the one, 1 the other */
export function mix(one: Colour, other: Colour, share: number): Colour {
  const parts = partsOf(other)
  const mixed = partsOf(one).map((part, index) => Math.round(part + ((parts[index] ?? 0) - part) * share))
  return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

/** WCAG 2.2, relative luminance. */
function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = partsOf(colour).map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function partsOf(colour: Colour): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
}
