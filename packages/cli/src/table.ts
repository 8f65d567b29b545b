/** Rows for two readers: aligned under a heading for a person, separated by tabs and without heading for a program. */
import { plainLine, type Terminal } from '@countersign/node'

/** The lines of a table. An empty heading is left out. What the cells hold is made harmless. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  { isTerminal }: Pick<Terminal, 'isTerminal'>,
): string[] {
  const cells = rows.map((row) => row.map(plainLine))
  if (!isTerminal) return cells.map((row) => row.join('\t'))
  const lines = heading.length === 0 ? cells : [heading.map((name) => name.toUpperCase()), ...cells]
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
