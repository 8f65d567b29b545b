/** base64url without padding (RFC 7515 section 2). */

/** The character codes of the 64 signs. */
const SIGNS = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (sign) => sign.charCodeAt(0))
/** Bytes taken at a time: whole groups of three, and no more signs than a function may be given arguments. */
const STEP = 6144

/**
 * The signs are put down one by one, in a plain array: every code and token is written here, btoa with what has to be replaced in it takes many
 * times as long, and so do arguments spread from a typed array.
 */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let from = 0; from < bytes.length; from += STEP) text += encodeStep(bytes, from, Math.min(from + STEP, bytes.length))
  return text
}

function encodeStep(bytes: Uint8Array, from: number, to: number): string {
  const signs = new Array<number>(Math.ceil(((to - from) * 4) / 3))
  const whole = to - ((to - from) % 3)
  let at = 0
  for (let index = from; index < whole; index += 3) {
    const group = ((bytes[index] as number) << 16) | ((bytes[index + 1] as number) << 8) | (bytes[index + 2] as number)
    signs[at++] = SIGNS[group >> 18] as number
    signs[at++] = SIGNS[(group >> 12) & 63] as number
    signs[at++] = SIGNS[(group >> 6) & 63] as number
    signs[at++] = SIGNS[group & 63] as number
  }
  const rest = whole === to ? 0 : ((bytes[whole] as number) << 16) | ((whole + 1 === to ? 0 : (bytes[whole + 1] as number)) << 8)
  for (let shift = 18; at < signs.length; shift -= 6) signs[at++] = SIGNS[(rest >> shift) & 63] as number
  return String.fromCharCode(...signs)
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
