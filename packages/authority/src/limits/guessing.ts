/**
 * Guessing user codes (RFC 8628 section 5.1). Wrong codes count per browser, per account, per network and globally, on every route
 * that takes a code; only entries of the right shape count, and a right code forgives nothing.
 */
import { guessBudget, userCodeLength } from '@countersign/protocol'
import type { Context } from '../context.ts'
import type { Approver } from '../ports/identity.ts'

/** Counter of the codes opened during about one code life. */
export const LIVE_CODES = 'live-codes'

/** A sign-in younger than this still enters codes when the global budget is spent. */
const FRESH_SIGN_IN_MS = 120_000

interface Limit {
  readonly name: 'browser' | 'account' | 'network' | 'global'
  readonly key: string
  readonly most: number
  readonly until: number
}

/** Which limit refuses further entries, if any. Asking costs nothing and changes nothing. */
export async function guessingLimit(context: Context, approver: Approver, address: string): Promise<Limit['name'] | undefined> {
  for (const { name, key, most, until } of await limitsOf(context, approver, address)) {
    if ((await context.store.count(key, until, 0)) < most) continue
    // A spent global budget must not lock everybody out: who has just signed in may still enter a code, within the other limits.
    if (name === 'global' && context.clock.now() - approver.authenticatedAt < FRESH_SIGN_IN_MS) continue
    return name
  }
  return undefined
}

/** Counts one wrong code against every limit. */
export async function countWrongCode(context: Context, approver: Approver, address: string): Promise<void> {
  for (const { name, key, most, until } of await limitsOf(context, approver, address)) {
    const total = await context.store.count(key, until, 1)
    if (total === most) context.events({ type: 'code.guessing_limited', limit: name, subject: approver.subject, address })
  }
  context.events({ type: 'code.guessed_wrong', subject: approver.subject, address })
}

async function limitsOf({ clock, settings, store }: Context, approver: Approver, address: string): Promise<readonly Limit[]> {
  const { guessing, codeLife, userCodeAlphabet } = settings
  const now = clock.now()
  const until = now + guessing.window * 1000
  const live = await store.count(LIVE_CODES, now + codeLife * 1000, 0)
  return [
    { name: 'browser', key: `guess:browser:${approver.browser}`, most: guessing.perBrowser, until },
    { name: 'account', key: `guess:account:${approver.subject}`, most: guessing.perAccount, until },
    { name: 'network', key: `guess:network:${networkOf(address)}`, most: guessing.perNetwork, until },
    // At most about one chance in a million per code life, however many browsers guess.
    {
      name: 'global',
      key: 'guess:global',
      most: guessBudget({ length: userCodeLength(live), alphabet: userCodeAlphabet, liveCodes: live }),
      until: now + codeLife * 1000,
    },
  ]
}

/** The /24 of an IPv4 address, the /64 of an IPv6 one: what one customer of a provider usually holds. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address.split('.').slice(0, 3).join('.')
  const [head = '', tail] = address.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
