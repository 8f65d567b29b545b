/**
 * HalfSipHash-2-4 with 64 bits of output (Aumasson, Bernstein: SipHash, and its form for machines of 32 bits): where a name goes in a table of hashes.
 * Whoever does not know the key can bring about no two names that meet, though he may choose every name. It is no digest of secrets: 64 bits
 * are few, and a key is as long.
 */

const OUTPUT_64 = 0xee
const SECOND_HALF = 0xdd

/** Writes the hash of the text, read as UTF-16 in little endian, into two numbers of 32 bits. @param key two numbers drawn at random */
export function halfSipHash(key: Uint32Array, text: string, hash: Uint32Array): void {
  const [left = 0, right = 0] = key
  let v0 = left
  let v1 = right ^ OUTPUT_64
  let v2 = left ^ 0x6c796765
  let v3 = right ^ 0x74656462
  const length = text.length
  const whole = length & ~1
  for (let at = 0; at <= whole; at += 2) {
    // Two characters are one word. The last word holds the length in bytes, and the character that is left over.
    const rest = at === length ? 0 : text.charCodeAt(at)
    const word = at < whole ? rest | (text.charCodeAt(at + 1) << 16) : rest | (length << 25)
    v3 ^= word
    // Two rounds, written out: a loop of them takes half as long again.
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
    v0 ^= word
  }
  v2 ^= OUTPUT_64
  for (let round = 0; round < 8; round++) {
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
    if (round === 3) {
      hash[0] = v1 ^ v3
      v1 ^= SECOND_HALF
    }
  }
  hash[1] = v1 ^ v3
}
