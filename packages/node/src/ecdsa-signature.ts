/**
 * The two forms of a P-256 signature: r and s joined, as JOSE has it (RFC 7518 section 3.4), and DER, as OpenSSL has it.
 * Converted by hand, because asking node:crypto for the first form halves its speed from Node 24 on.
 */

const HALF = 32
const INTEGER = 0x02
const SEQUENCE = 0x30

/** r and s, 32 bytes each, from a DER signature that OpenSSL made. */
export function joinedFromDer(der: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(2 * HALF)
  // 30 length 02 length r 02 length s; every length of a P-256 signature fits one byte.
  let at = 3
  for (const end of [HALF, 2 * HALF]) {
    const length = der[at] ?? 0
    const start = at + 1
    // A DER integer has a leading zero when its first bit is set, and no other: drop or make up for it.
    const from = start + Math.max(0, length - HALF)
    joined.set(der.subarray(from, start + length), end - (start + length - from))
    at = start + length + 1
  }
  return joined
}

/** The DER form of r and s. */
export function derFromJoined(joined: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = integerStart(joined, 0)
  const second = integerStart(joined, HALF)
  const firstLength = HALF - first.start + first.pad
  const secondLength = HALF - second.start + second.pad
  const der = new Uint8Array(6 + firstLength + secondLength)
  der.set([SEQUENCE, der.length - 2, INTEGER, firstLength])
  der.set(joined.subarray(first.start, HALF), 4 + first.pad)
  der.set([INTEGER, secondLength], 4 + firstLength)
  der.set(joined.subarray(HALF + second.start), 6 + firstLength + second.pad)
  return der
}

/** Where the shortest form of a 32-byte integer starts, and whether it needs a zero in front so as not to be negative. */
function integerStart(joined: Uint8Array, offset: number): { readonly start: number; readonly pad: 0 | 1 } {
  let start = 0
  while (start < HALF - 1 && joined[offset + start] === 0) start++
  return { start, pad: (joined[offset + start] ?? 0) >= 0x80 ? 1 : 0 }
}
