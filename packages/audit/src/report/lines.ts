/** Lines for a person: broken between words, in colour where there is some, and without anything that a terminal would obey. */

export interface TextLook {
  readonly colour: boolean
  /** Columns. */
  readonly width: number
}

const INDENT = 13
const NARROWEST = 40

export function sentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

export function bold(text: string, look: TextLook): string {
  return look.colour ? `\u001b[1m${plain(text)}\u001b[22m` : plain(text)
}

export function painted(text: string, colour: number, look: TextLook): string {
  return look.colour ? `\u001b[${colour}m${plain(text)}\u001b[39m` : plain(text)
}

/** Broken between words, below the title of the check. A word longer than a line stays whole. */
export function wrapped(text: string, { width }: TextLook, indent = INDENT): readonly string[] {
  const room = Math.max(NARROWEST, width - indent)
  const lines: string[] = []
  let line = ''
  for (const word of plain(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].filter((each) => each !== '').map((each) => ' '.repeat(indent) + each)
}

/** A server's text cannot move the cursor, hide or turn what stands around it. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
}
