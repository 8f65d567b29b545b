/** Lengths of time as people type them. */
import { CountersignError, type Seconds } from '@countersign/protocol'

const UNITS: Readonly<Record<string, Seconds>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `90s`, `30m`, `12h`, `7d`. @throws CountersignError `usage` naming the flag */
export function parseLength(text: string, flag: string): Seconds {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? []
  if (count !== undefined) return Number(count) * (UNITS[unit] ?? 1)
  throw new CountersignError('usage', `${flag}: expected a length of time, like 30m, 12h or 7d, found "${text}"`)
}
