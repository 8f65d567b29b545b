/**
 * The terminal: what each stream can show, and texts of strangers made harmless.
 * Decided per stream, because stdout is often piped while stderr is watched.
 */
import { stripVTControlCharacters } from 'node:util'

/** What a writable stream tells about itself; `process.stdout` and `process.stderr` fit. */
export interface TerminalStream {
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Terminal {
  readonly isTerminal: boolean
  /** Columns; 80 when the stream does not know. */
  readonly width: number
  readonly colour: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** What a stream can show. FORCE_COLOR (not `0` or `false`) wins over NO_COLOR, which wins over the rest; an empty variable is none. */
export function describeTerminal(stream: TerminalStream, environment: Environment): Terminal {
  const isTerminal = stream.isTTY === true
  return {
    isTerminal,
    width: stream.columns !== undefined && stream.columns > 0 ? stream.columns : 80,
    colour: inColour(isTerminal, environment),
  }
}

function inColour(isTerminal: boolean, { FORCE_COLOR, NO_COLOR, TERM }: Environment): boolean {
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  return isTerminal && TERM !== 'dumb'
}

// C0 and C1 controls; marks that turn the direction of text or are not seen at all; line and paragraph separators.
const unseen = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** A stranger's text as one line that cannot move the cursor, colour, hide or turn what stands around it. Escape sequences go as a whole. */
export function plainLine(text: string): string {
  return stripVTControlCharacters(text.replace(/[\t\r\n]+/g, ' ')).replace(unseen, '')
}
