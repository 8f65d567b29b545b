import { bytesIn, makingOf } from '../facts/code-strength.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

/** 128 bits are what RFC 8628 section 5.2 has in mind; 112 are tolerated. */
const LEAST = 112

export const shortDeviceCode: Rule = {
  id: 'DF-S07',
  title: 'Device codes have too little entropy',
  severity: 'high',
  confidence: 'medium',
  axis: 'codes',
  side: 'server',
  sources: ['RFC 8628 section 5.2', 'RFC 6749 section 10.10', 'CWE-331'],
  fix: 'Make a device code of 32 random bytes.',
  check: onServer(({ root, authorization }, { project }) => {
    const made = makingOf(project, authorization, /^(?:new_|generate_|create_)?device_?code$/)
    const known = made.flatMap((each) => {
      const bits = bytesIn(project, each.origins)
      return bits === undefined ? [] : [{ ...each, bits }]
    })
    const [first] = known
    if (first === undefined) return undefined
    const best = known.reduce((one, other) => (other.bits > one.bits ? other : one), first)
    if (best.bits < LEAST)
      return violates(root, `A device code has ${Math.round(best.bits)} bits; somebody who tries can find one.`, { spot: best })
    return satisfies(root, 'A device code is too long to be guessed.', { spot: best })
  }),
}
