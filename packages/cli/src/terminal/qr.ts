/**
 * A QR code in half blocks: two rows of modules on each line.
 * Invariant: dark modules on a light ground with a light margin, in any theme, because every cell names both of its colours.
 */
import { encode } from 'uqr'

/** Modules of light ground on each side. The standard asks for four; phones need two, and lines are precious. */
const MARGIN = 2

// Of the 256 colours only those after the first sixteen look the same in every theme: 16 is black, 231 is white.
const BLACK_ON_WHITE = '\u001b[38;5;16;48;5;231m'
const RESET = '\u001b[0m'

export interface QrCode {
  /** Columns on the screen. */
  readonly width: number
  readonly lines: readonly string[]
}

/** The text as a QR code of the least size. */
export function drawQr(text: string): QrCode {
  const { data, size } = encode(text, { ecc: 'L', border: MARGIN })
  const lines: string[] = []
  for (let row = 0; row < size; row += 2) {
    const cells = data[row]?.map((upper, column) => half(upper, data[row + 1]?.[column] ?? false)).join('') ?? ''
    lines.push(`${BLACK_ON_WHITE}${cells}${RESET}`)
  }
  return { width: size, lines }
}

function half(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀'
  return lower ? '▄' : ' '
}
