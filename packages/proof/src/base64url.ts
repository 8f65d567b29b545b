/** base64url without padding (RFC 7515 section 2). */

export function encodeBase64url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

const alphabet = /^[A-Za-z0-9_-]*$/
// By what is left of the length after whole groups of four: the last characters whose unused bits are zero (RFC 4648 section 3.5).
const LAST = ['', '', 'AQgw', 'AEIMQUYcgkosw048'] as const

/**
 * The bytes, or `undefined` when the text is not their one base64url spelling. Other spellings of the same bytes are refused,
 * so that no token or key can be respelled to slip past whatever remembers it by its text.
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const left = text.length % 4
  if (!alphabet.test(text) || (left > 0 && !LAST[left]?.includes(text.slice(-1)))) return undefined
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  // A plain loop: Uint8Array.from takes seven times as long, and every token passes here.
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes
}
