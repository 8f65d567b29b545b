/** The name somebody meant who wrote another one. */

/**
 * The name fewest edits away, if that is few enough to be a slip; edits are insert, delete, replace and swap of neighbours.
 * A name of which only the beginning was written counts as a slip, too.
 */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const most = Math.max(2, Math.floor(written.length / 3))
  let nearest: string | undefined
  let least = most + 1
  for (const name of names) {
    const isBeginning = written.length > 3 && name.toLowerCase().startsWith(written.toLowerCase())
    const distance = Math.min(edits(written.toLowerCase(), name.toLowerCase()), isBeginning ? most : Number.POSITIVE_INFINITY)
    if (distance < least) {
      nearest = name
      least = distance
    }
  }
  return nearest
}

function edits(one: string, other: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const replaced = at(last, column - 1) + (one[row - 1] === other[column - 1] ? 0 : 1)
      let fewest = Math.min(replaced, at(last, column) + 1, at(current, column - 1) + 1)
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      if (swapped) fewest = Math.min(fewest, at(beforeLast, column - 2) + 1)
      current.push(fewest)
    }
    beforeLast = last
    last = current
  }
  return at(last, other.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
