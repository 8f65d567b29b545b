/** How the pages look where the operator has a say: a few colours, a font, a logo. Whatever is chosen, text stays readable (WCAG 2.2 AA). */
import { type Colour, contrast, isColour, mix } from './colour.ts'
import { LARGEST_LOGO, logoAddress } from './logo.ts'
import { DAY, NIGHT, type Palette, paletteCss } from './palette.ts'
import { styleSheetWith, versionOf } from './style-sheet.ts'

/** What an operator may choose of the looks of the pages; colours as `#rrggbb`. */
export interface Theme {
  /** Of buttons, links, marks, rings and stripes. */
  readonly accent?: string
  /** The same where the browser is set to dark; a lighter kind of `accent` when not set. */
  readonly nightAccent?: string
  /** Behind everything; a pale kind of `accent` when not set. */
  readonly background?: string
  readonly nightBackground?: string
  /** A family that the people here have installed; whoever has not gets ours. No font is loaded. */
  readonly font?: string
  /** The bytes of a PNG, JPEG, WebP or SVG file, 32 KiB at most. */
  readonly logo?: Uint8Array
}

export interface Look {
  readonly styleSheet: string
  /** Changes whenever the stylesheet does. */
  readonly styleVersion: string
  /** For the `src` of an image. */
  readonly logo?: string | undefined
}

/** WCAG 2.2, 1.4.3. */
const READABLE = 4.5

/** @throws RangeError naming the key, for what `themeFault` tells */
export function lookOf(theme: Theme = {}): Look {
  const fault = themeFault(theme)
  if (fault !== undefined) throw new RangeError(`theme.${fault}`)
  const styleSheet = styleSheetWith(paletteCss(dayOf(theme), nightOf(theme), theme.font))
  return { styleSheet, styleVersion: versionOf(styleSheet), logo: theme.logo && logoAddress(theme.logo) }
}

/** Ours. */
export const PLAIN_LOOK: Look = lookOf()

/** What is wrong with a theme, in words that begin with its key; `undefined` when it can be used. */
export function themeFault(theme: Theme): string | undefined {
  for (const key of ['accent', 'nightAccent', 'background', 'nightBackground'] as const) {
    const colour = theme[key]
    if (colour !== undefined && !isColour(colour)) return `${key}: expected a colour like "#1a5a46", found ${JSON.stringify(colour)}`
  }
  if (theme.font !== undefined && !/^[\p{L}\d][\p{L}\d ._-]{0,59}$/u.test(theme.font)) {
    return `font: expected the name of one font family, found ${JSON.stringify(theme.font)}`
  }
  if (theme.logo !== undefined && logoAddress(theme.logo) === undefined) {
    return `logo: expected a PNG, JPEG, WebP or SVG file of at most ${LARGEST_LOGO} bytes (an SVG without scripts and document type)`
  }
  const day = dayOf(theme)
  const night = nightOf(theme)
  return (
    unreadable('background', day, ['ink', 'soft'], ['paper'], 'lighter') ??
    unreadable('nightBackground', night, ['ink', 'soft'], ['paper'], 'darker') ??
    unreadable('accent', day, ['accent'], ['card', 'paper'], 'darker') ??
    unreadable('nightAccent', night, ['accent'], ['card', 'paper'], 'lighter')
  )
}

type Name = keyof Palette

function unreadable(key: keyof Theme, palette: Palette, texts: readonly Name[], behind: readonly Name[], way: string): string | undefined {
  for (const [text, paper] of texts.flatMap((one) => behind.map((other) => [palette[one], palette[other]] as const))) {
    const found = contrast(text, paper)
    if (found >= READABLE) continue
    const told = `text in "${text}" on "${paper}" has a contrast of ${found.toFixed(2)} to 1`
    return `${key}: ${told}, and people need ${READABLE} to 1 (WCAG 2.2, 1.4.3); choose a ${way} colour`
  }
  return undefined
}

function dayOf({ accent, background }: Theme): Palette {
  const paper = background ?? (accent === undefined ? DAY.paper : mix(accent, '#f2f4f3', 0.95))
  if (accent === undefined) return { ...DAY, paper }
  const plate = mix(accent, '#000000', 0.78)
  return {
    ...DAY,
    paper,
    accent,
    stripe: accent,
    'stripe-pale': mix(accent, DAY.card, 0.8),
    plate,
    'plate-edge': plate,
    // White on it is as readable as it is on white.
    choice: accent,
    'choice-over': mix(accent, '#000000', 0.25),
  }
}

function nightOf(theme: Theme): Palette {
  const paper = theme.nightBackground ?? NIGHT.paper
  const accent = theme.nightAccent ?? (theme.accent === undefined ? undefined : lightened(theme.accent, [NIGHT.card, paper]))
  if (accent === undefined) return { ...NIGHT, paper }
  return {
    ...NIGHT,
    paper,
    accent,
    stripe: mix(accent, '#000000', 0.3),
    'stripe-pale': mix(accent, NIGHT.card, 0.85),
    plate: mix(accent, '#000000', 0.95),
    'plate-edge': mix(accent, '#000000', 0.6),
    choice: accent,
    'choice-over': mix(accent, '#ffffff', 0.35),
  }
}

/** As much of the colour as can be read on all of these. */
function lightened(colour: Colour, behind: readonly Colour[]): Colour {
  const steps = Array.from({ length: 21 }, (_, step) => mix(colour, '#ffffff', step / 20))
  return steps.find((each) => behind.every((paper) => contrast(each, paper) >= READABLE)) ?? '#ffffff'
}
