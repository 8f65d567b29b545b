// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { gather } from '../outcome.ts'
import { bare, estimatedBits, isInOrder, sampleOf } from './sample.ts'

/** Whether a device code can be guessed (RFC 8628 section 5.2). */
export const deviceCode: Check = {
  id: 'L08',
  title: 'Device code',
  weight: 5,
  needs: [],
  rule: 'DF-S07',
  axis: 'codes',
  severity: 'high',
  cap: 'D',
  fix: 'Draw at least 128 bits for every device code from a cryptographic source, and nothing else into it.',
  run: async (exam) => {
    const found = gather()
    const sample = await sampleOf(exam)
    const codes = sample.map((each) => each.deviceCode)
    const some = sample.slice(-3).map(({ answer }) => answer)
    const bits = Math.round(estimatedBits(codes))
    if (new Set(codes).size < codes.length) found.fail('a device code was given out twice', ...some)
    if (isInOrder(codes)) found.fail('device codes come in the order of their values', ...some)
    if (sample.some((each) => bare(each.userCode).length > 3 && bare(each.deviceCode).includes(bare(each.userCode)))) {
      found.fail('the user code is part of the device code', ...some)
    }
    if (bits < 112) found.fail(`about ${bits} bits are random`, ...some)
    else if (bits < 128) found.half(`about ${bits} bits are random`, ...some)
    return found.outcome(`about ${bits} random bits, in ${codes.length} codes none twice`, ...some)
  },
}
