import { encode } from 'uqr'
import { expect, test } from 'vitest'
import { drawQr } from '../../src/terminal/qr.ts'

const LINK = 'https://auth.example.com/device?user_code=WDJB-MJHT'

/** The modules as a camera sees them: dark or light, whatever the theme. */
function seen(lines: readonly string[]): boolean[][] {
  return lines.flatMap((line) => {
    // Both colours are named, so nothing of the theme shows through.
    const cells = /^\u001b\[38;5;16;48;5;231m([ ▀▄█]+)\u001b\[0m$/.exec(line)?.[1] ?? ''
    const rows = [new Set('▀█'), new Set('▄█')]
    return rows.map((dark) => Array.from(cells, (cell) => dark.has(cell)))
  })
}

test('what a camera sees is the QR code of the link, dark on light in any theme', () => {
  const { data, size } = encode(LINK, { ecc: 'L', border: 2 })
  const { lines, width } = drawQr(LINK)
  expect(width).toBe(size)
  expect(seen(lines).slice(0, size)).toEqual(data)
})

test('the ground around the modules is light, two modules wide at least', () => {
  const modules = seen(drawQr(LINK).lines)
  const edges = [modules[0], modules[1], modules.at(-1), modules.at(-2), ...modules.map((row) => [...row.slice(0, 2), ...row.slice(-2)])]
  expect(edges.flat().filter(Boolean)).toEqual([])
  // The first module inside is the corner of a finder pattern.
  expect(modules[2]?.slice(2, 9)).toEqual(Array.from({ length: 7 }, () => true))
})
