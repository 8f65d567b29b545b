/** The grade as a badge. */
import type { Grade } from '../verdict/grade.ts'

const COLOURS: Readonly<Record<Grade['letter'], string>> = {
  A: '#1a7f37',
  B: '#4d7c0f',
  C: '#9a6700',
  D: '#bc4c00',
  F: '#b42318',
  ungraded: '#57606a',
}

/** One SVG picture without scripts, fonts or anything remote. */
export function badgeOf({ letter }: Grade): string {
  const text = letter === 'ungraded' ? 'no grade' : letter
  const [left, right] = [84, letter === 'ungraded' ? 62 : 26]
  const width = left + right
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="device flow: ${text}"><title>device flow: ${text}</title><rect width="${width}" height="20" rx="3" fill="#32383f"/><path d="M${left} 0h${right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-${right - 3}z" fill="${COLOURS[letter]}"/><g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle"><text x="${left / 2}" y="14">device flow</text><text x="${left + right / 2}" y="14">${text}</text></g></svg>\n`
}
