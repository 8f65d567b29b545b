/**
 * The logo of an operator, as an address that holds the whole image: no other request, no other origin.
 * It stands in an `img`, where a drawing runs no script and loads nothing; what it is, its first bytes say, never its name.
 */

/** In bytes. Every page carries it. */
export const LARGEST_LOGO = 32_768

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const JPEG = [0xff, 0xd8, 0xff]
const [RIFF, WEBP] = ['RIFF', 'WEBP'].map((name) => Array.from(name, (letter) => letter.charCodeAt(0))) as [number[], number[]]

/** `undefined` when the bytes are no image that a page may show. */
export function logoAddress(bytes: Uint8Array): string | undefined {
  const type = typeOf(bytes)
  return type === undefined || bytes.length > LARGEST_LOGO ? undefined : `data:${type};base64,${base64(bytes)}`
}

function typeOf(bytes: Uint8Array): string | undefined {
  const holds = (signature: readonly number[], at = 0) => signature.every((byte, index) => bytes[at + index] === byte)
  if (holds(PNG)) return 'image/png'
  if (holds(JPEG)) return 'image/jpeg'
  if (holds(RIFF) && holds(WEBP, 8)) return 'image/webp'
  return isQuietDrawing(bytes) ? 'image/svg+xml' : undefined
}

/** An SVG that would run nothing even where it is opened by itself; without a document type, whose entities may grow without end. */
function isQuietDrawing(bytes: Uint8Array): boolean {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return false
  }
  if (!/^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--(?:(?!-->)[^])*-->\s*)*<svg[\s/>]/.test(text)) return false
  return !/<script|<foreignobject|[\s"'/]on\w+\s*=|javascript:/i.test(text)
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
