/**
 * Guessing user codes (RFC 8628 section 5.1). Wrong codes count per browser, per account, per network and globally, on every route
 * that takes a code; mistypes count per network only, and a right code forgives nothing.
 * Counting starts anew on whole multiples of its length of time, so that a person can be told when.
 */
import { allKnown, type Awaitable, begun, type EpochMilliseconds, type Seconds, userCodeBudget, whenKnown } from '@countersign/protocol'
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
  readonly limits: readonly Limit[]
  /** Of each limit: the tries taken of it so far, this one among them. */
  readonly totals: readonly number[]
}

/**
 * Takes a try, or tells when there is one again. Taken before the look-up and given back when the code was right: whoever asks many at
 * once gets no more look-ups than who asks in turn.
 */
export function takeTry(context: Context, entry: Entry): Awaitable<Attempt | { readonly until: EpochMilliseconds }> {
  return whenKnown(counted(context, entry, 1), (attempt) => {
    const { limits, totals } = attempt
    const spent = limits.filter(({ most, name }, index) => (totals[index] as number) > most && !isExcepted(context, name, entry))
    if (spent.length === 0) return attempt
    return whenKnown(giveBack(context, attempt), () => ({ until: Math.max(...spent.map(({ until }) => until)) }))
  })
}

/** The code was right, or was not looked up at all. */
export function giveBack(context: Pick<Context, 'store'>, { limits }: Attempt): Awaitable<unknown> {
  return countAll(context, limits, -1)
}

/** The code was wrong, and the try is gone. */
export function tellWrongCode({ events }: Pick<Context, 'events'>, { entry, limits, totals }: Attempt): void {
  const about = { subject: entry.approver.subject, address: entry.address }
  limits.forEach(({ name, most }, index) => {
    if (totals[index] === most) events({ type: 'code.guessing_limited', limit: name, ...about })
  })
  events({ type: 'code.guessed_wrong', ...about })
}

/** Whether a limit refuses this person now. Asking changes nothing. */
export async function isGuessingLimited(context: Context, entry: Entry): Promise<boolean> {
  const { limits, totals } = await counted(context, entry, 0)
  return limits.some(({ name, most }, index) => (totals[index] as number) >= most && !isExcepted(context, name, entry))
}

function counted(context: Context, entry: Entry, add: 0 | 1): Awaitable<Attempt> {
  const limits = limitsOf(context, entry)
  return whenKnown(countAll(context, limits, add), (totals) => {
    const { userCodeAlphabet } = context.settings
    // However many codes live, the global budget is no smaller than this: until as many were wrong, nobody has to be asked how many do.
    const least = userCodeBudget(entry.code, Number.POSITIVE_INFINITY, userCodeAlphabet)
    if ((totals.at(-1) as number) < least) return { entry, limits, totals }
    return whenKnown(liveCodes(context, 0), (live) => {
      const most = userCodeBudget(entry.code, live, userCodeAlphabet)
      return { entry, limits: limits.map((limit) => (limit.name === 'global' ? { ...limit, most } : limit)), totals }
    })
  })
}

/** All are asked for together: one round trip to a store that is elsewhere. */
function countAll({ store }: Pick<Context, 'store'>, limits: readonly Limit[], add: -1 | 0 | 1): Awaitable<readonly number[]> {
  return allKnown(limits.map(({ key, until }) => store.count(key, until, add)))
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
export function liveCodes(context: Context, opened: 0 | 1): Awaitable<number> {
  const life = context.settings.codeLife
  const { index, ends } = windowAt(context, life)
  // Both are asked for together: one round trip to a store that is elsewhere.
  const before = begun(context.store.count(`live-codes:${index - 1}`, ends, 0))
  return whenKnown(context.store.count(`live-codes:${index}`, ends + life * 1000, opened), (now) =>
    whenKnown(before, (earlier) => earlier + now),
  )
}

/** The global one stands last; how many it lets pass depends on how many codes live. */
function limitsOf(context: Context, { approver, address, code }: Entry): readonly Limit[] {
  const { guessing, codeLife } = context.settings
  const { index, ends: until } = windowAt(context, guessing.window)
  const life = windowAt(context, codeLife)
  return [
    { name: 'browser', key: `guess:browser:${approver.browser}:${index}`, most: guessing.perBrowser, until },
    { name: 'account', key: `guess:account:${approver.subject}:${index}`, most: guessing.perAccount, until },
    { name: 'network', key: `guess:network:${networkOf(address)}:${index}`, most: guessing.perNetwork, until },
    // At most about one chance in a million per code life, however many browsers guess.
    { name: 'global', key: `guess:global:${code.length}:${life.index}`, most: Number.POSITIVE_INFINITY, until: life.ends },
  ]
}

function windowAt({ clock }: Pick<Context, 'clock'>, seconds: Seconds): { readonly index: number; readonly ends: EpochMilliseconds } {
  const index = Math.floor(clock.now() / (seconds * 1000))
  return { index, ends: (index + 1) * seconds * 1000 }
}

/** The /24 of an IPv4 address, the /64 of an IPv6 one: what one customer of a provider usually holds. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return firstThree(address)
  const [head = '', tail] = address.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}

function firstThree(address: string): string {
  let end = -1
  for (let dots = 0; dots < 3; dots++) {
    end = address.indexOf('.', end + 1)
    if (end < 0) return address
  }
  return address.slice(0, end)
}
