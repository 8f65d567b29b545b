/**
 * Guessing user codes (RFC 8628 section 5.1). Wrong codes count per browser, per account, per network and globally, on every route
 * that takes a code; mistypes count per network only, and a right code forgives nothing.
 * Counting starts anew on whole multiples of its length of time, so that a person can be told when.
 */
import { begun, type EpochMilliseconds, type Seconds, userCodeBudget } from '@countersign/protocol'
import type { Context } from '../context.ts'
import type { Approver } from '../ports/identity.ts'

/** A sign-in younger than this still enters codes when the global budget is spent. */
const FRESH_SIGN_IN_MS = 120_000

interface Limit {
  readonly name: 'browser' | 'account' | 'network' | 'global'
  readonly key: string
  readonly most: number
  /** When counting starts anew. */
  readonly until: EpochMilliseconds
}

/** Somebody who enters a code. */
export interface Entry {
  readonly approver: Approver
  readonly address: string
  /** In canonical form, and not a mistype. */
  readonly code: string
}

/** A try that was taken of every limit. */
export interface Attempt {
  readonly entry: Entry
  readonly taken: readonly (Limit & { readonly total: number })[]
}

/**
 * Takes a try, or tells when there is one again. Taken before the look-up and given back when the code was right: whoever asks many at
 * once gets no more look-ups than who asks in turn.
 */
export async function takeTry(context: Context, entry: Entry): Promise<Attempt | { readonly until: EpochMilliseconds }> {
  const limits = await limitsOf(context, entry)
  const taken = await Promise.all(limits.map(async (limit) => ({ ...limit, total: await context.store.count(limit.key, limit.until, 1) })))
  const spent = taken.filter(({ most, name, total }) => total > most && !isExcepted(context, name, entry))
  if (spent.length === 0) return { entry, taken }
  await giveBack(context, { entry, taken })
  return { until: Math.max(...spent.map(({ until }) => until)) }
}

/** The code was right, or was not looked up at all. */
export async function giveBack({ store }: Pick<Context, 'store'>, { taken }: Attempt): Promise<void> {
  await Promise.all(taken.map(async ({ key, until }) => store.count(key, until, -1)))
}

/** The code was wrong, and the try is gone. */
export function tellWrongCode({ events }: Pick<Context, 'events'>, { entry, taken }: Attempt): void {
  const about = { subject: entry.approver.subject, address: entry.address }
  for (const { name, most, total } of taken) if (total === most) events({ type: 'code.guessing_limited', limit: name, ...about })
  events({ type: 'code.guessed_wrong', ...about })
}

/** Whether a limit refuses this person now. Asking changes nothing. */
export async function isGuessingLimited(context: Context, entry: Entry): Promise<boolean> {
  const limits = await limitsOf(context, entry)
  const totals = await Promise.all(limits.map(async ({ key, until }) => context.store.count(key, until, 0)))
  return limits.some(({ name, most }, index) => (totals[index] as number) >= most && !isExcepted(context, name, entry))
}

/** A spent global budget must not lock everybody out: who has just signed in may still enter a code, within the other limits. */
function isExcepted({ clock }: Pick<Context, 'clock'>, name: Limit['name'], { approver }: Entry): boolean {
  return name === 'global' && clock.now() - approver.authenticatedAt < FRESH_SIGN_IN_MS
}

/**
 * Counts a code that cannot be one. It costs the person no try, since it can hit nothing; the network it comes from is told to slow down,
 * when there are so many that no people type them: until the moment that is the answer.
 */
export async function countMistype(context: Context, { approver, address }: Omit<Entry, 'code'>): Promise<EpochMilliseconds | undefined> {
  const { guessing } = context.settings
  const { index, ends } = windowAt(context, guessing.window)
  const total = await context.store.count(`mistype:network:${networkOf(address)}:${index}`, ends, 1)
  const about = { subject: approver.subject, address }
  if (total <= guessing.mistypesPerNetwork) context.events({ type: 'code.mistyped', ...about })
  if (total === guessing.mistypesPerNetwork) context.events({ type: 'code.guessing_limited', limit: 'mistypes', ...about })
  return total > guessing.mistypesPerNetwork ? ends : undefined
}

/** How many codes are alive, or a few more: those opened in this life of a code and in the one before. `opened` counts one of them. */
export async function liveCodes(context: Context, opened: 0 | 1): Promise<number> {
  const life = context.settings.codeLife
  const { index, ends } = windowAt(context, life)
  // Both are asked for together: one round trip to a store that is elsewhere.
  const before = begun(context.store.count(`live-codes:${index - 1}`, ends, 0))
  const now = await context.store.count(`live-codes:${index}`, ends + life * 1000, opened)
  return (await before) + now
}

async function limitsOf(context: Context, { approver, address, code }: Entry): Promise<readonly Limit[]> {
  const { guessing, codeLife, userCodeAlphabet } = context.settings
  const { index, ends: until } = windowAt(context, guessing.window)
  const life = windowAt(context, codeLife)
  return [
    { name: 'browser', key: `guess:browser:${approver.browser}:${index}`, most: guessing.perBrowser, until },
    { name: 'account', key: `guess:account:${approver.subject}:${index}`, most: guessing.perAccount, until },
    { name: 'network', key: `guess:network:${networkOf(address)}:${index}`, most: guessing.perNetwork, until },
    // At most about one chance in a million per code life, however many browsers guess.
    {
      name: 'global',
      key: `guess:global:${code.length}:${life.index}`,
      most: userCodeBudget(code, await liveCodes(context, 0), userCodeAlphabet),
      until: life.ends,
    },
  ]
}

function windowAt({ clock }: Pick<Context, 'clock'>, seconds: Seconds): { readonly index: number; readonly ends: EpochMilliseconds } {
  const index = Math.floor(clock.now() / (seconds * 1000))
  return { index, ends: (index + 1) * seconds * 1000 }
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
