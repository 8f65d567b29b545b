/**
 * The stdio transport of MCP: one message on one line. Lines are kept as the bytes that came, so that what is passed on is what was sent.
 */
import { Buffer } from 'node:buffer'

const NEWLINE = 0x0a

/** Gives the lines that each chunk completes, without their newline; what follows the last newline waits for the next chunk. */
export function splitLines(): (chunk: Uint8Array) => readonly Buffer[] {
  // A line of many megabytes arrives in many chunks: they are joined once, when it is complete.
  let parts: Buffer[] = []
  return (chunk) => {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const lines: Buffer[] = []
    let from = 0
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
      const piece = bytes.subarray(from, at)
      lines.push(parts.length === 0 ? piece : Buffer.concat([...parts, piece]))
      parts = []
      from = at + 1
    }
    // A stream may use the chunk's memory again.
    if (from < bytes.length) parts.push(Buffer.from(bytes.subarray(from)))
    return lines
  }
}

/** JSON on one line: a line break in JSON text is white space outside of strings, so a blank in its place changes nothing. */
export function onOneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replace(/[\r\n]+/g, ' ') : json
}
