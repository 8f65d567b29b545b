/** A sample of codes, and what can be told of how they are drawn. Codes of other checks count, so that few are asked for this alone. */
import type { Code, Exam } from '../exam.ts'

const SAMPLE = 24

export async function sampleOf(exam: Exam): Promise<readonly Code[]> {
  while (exam.codes.length < SAMPLE) await exam.open()
  return exam.codes
}

/**
 * Bits of randomness at most, in texts that are drawn alike: what all have in common carries none; a position with few different characters
 * carries what it shows; every other one is taken to use the whole alphabet that was seen.
 */
export function estimatedBits(texts: readonly string[]): number {
  const length = Math.min(...texts.map((text) => text.length))
  const positions = Array.from({ length }, (_, at) => new Set(texts.map((text) => text[at])).size)
  const alphabet = new Set(texts.flatMap((text) => Array.from(text).filter((_, at) => (positions[at] ?? 1) > 1))).size
  const bits = positions.map((seen) => Math.log2(seen > 8 ? Math.max(alphabet, seen) : seen))
  return bits.reduce((sum, each) => sum + each, 0)
}

/** Whether they come in the order of their values, as counters and clocks do. */
export function isInOrder(texts: readonly string[]): boolean {
  const pairs = texts.slice(1).map((text, index) => {
    const before = texts[index] ?? ''
    return text.length === before.length ? (text < before ? -1 : text > before ? 1 : 0) : text.length - before.length
  })
  return pairs.every((order) => order > 0) || pairs.every((order) => order < 0)
}

/** Without what only separates: as people type it. */
export function bare(userCode: string): string {
  return userCode.replace(/[^\p{L}\p{N}]/gu, '')
}
