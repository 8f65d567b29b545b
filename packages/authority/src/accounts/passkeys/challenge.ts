/**
 * Challenges that passkeys answer. None is kept while it waits: it is a keyed digest of what it is for, the browser it was shown to, the
 * person if known, a nonce and its end, so looking at a page costs the store nothing (docs/adr/0008).
 * Invariant: a challenge is answered in that browser, for that purpose, before its end, and once.
 */
import type { EpochMilliseconds } from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import type { Context } from '../../context.ts'

type Ports = Pick<Context, 'clock' | 'digest' | 'store' | 'suite'>

/** What an answer is good for: signing in, proving it once more, or adding the passkey that answers. */
export interface Tie {
  readonly purpose: 'sign_in' | 'again' | 'add'
  /** Names the browser. */
  readonly browser: string
  /** Who is signed in there. */
  readonly subject?: string | undefined
}

export interface Challenge {
  /** 256 bits, base64url. */
  readonly challenge: string
  /** What the form carries, so that the challenge can be made again. */
  readonly made: string
  readonly endsAt: EpochMilliseconds
}

const KIND = 'answered_challenge'
const LIFE_MS = 600_000

export async function makeChallenge(ports: Ports, tie: Tie): Promise<Challenge> {
  return challengeMade(ports, tie, randomText(ports.suite, 16), ports.clock.now() + LIFE_MS)
}

/** The challenge of a form, as it was made for this tie; `undefined` when its time is over or the form never was ours. */
export async function recallChallenge(ports: Ports, tie: Tie, made: string | undefined): Promise<Challenge | undefined> {
  const [, nonce, end] = /^([\w-]{22})\.(\d{1,15})$/.exec(made ?? '') ?? []
  // An end that was changed makes another challenge, which nobody was shown.
  if (nonce === undefined || ports.clock.now() >= Number(end)) return undefined
  return challengeMade(ports, tie, nonce, Number(end))
}

/** Whether this is the first answer. Kept in a row and not by `once`, which a store may forget when it starts again. */
export async function takeChallenge({ store }: Ports, { challenge, endsAt }: Challenge): Promise<boolean> {
  return store.insert({ kind: KIND, id: challenge, value: {}, expiresAt: endsAt })
}

async function challengeMade({ digest }: Ports, tie: Tie, nonce: string, endsAt: EpochMilliseconds): Promise<Challenge> {
  const { purpose, browser, subject = '' } = tie
  const challenge = await digest('passkey_challenge', JSON.stringify([purpose, browser, subject, nonce, endsAt]))
  return { challenge, made: `${nonce}.${endsAt}`, endsAt }
}
