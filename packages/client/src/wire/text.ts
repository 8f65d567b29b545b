/** Text that a server chose and a person will read. Invariant: what passes here cannot move a cursor, hide itself or run for pages. */

// A whole escape sequence goes, not only its first character: the rest would be noise.
const escapes = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g

/** The text without control characters, terminal escapes and invisible characters. */
export function visibleText(text: string): string {
  // Controls (C0, DEL, C1: every terminal escape starts with one), format characters (bidi overrides, zero width) and line separators.
  // Here and not above: looking these classes up takes milliseconds, and who has a token in the vault reads no stranger's text.
  const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
  return text.replace(escapes, '').replace(unseen, '')
}

/** A server's sentence for a message or a log: visible, one line, at most 300 characters. */
export function quotedText(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const visible = visibleText(text).trim()
  if (visible === '') return undefined
  return visible.length > 300 ? `${visible.slice(0, 299)}…` : visible
}
