/**
 * The browsers in which somebody is signed in: a cookie that only the browser has, and a row named by its digest.
 * Invariant: every sign-in makes a new cookie, so one that was planted or copied before is worth nothing; but somebody who signs in again
 * keeps the name of the browser, and with it the codes that were entered in it.
 */
import { type Awaitable, type Exchange, whenKnown } from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import type { Context } from '../context.ts'
import { readCookie, writeCookie } from '../browser/cookies.ts'
import { type Browser, readRecord, type Versioned } from '../records/records.ts'

type Ports = Pick<Context, 'issuer' | 'store' | 'suite' | 'clock' | 'digest' | 'settings'>

const SIGNED_IN = 'countersign'

export function signedInBrowser(ports: Ports, exchange: Exchange): Awaitable<Versioned<'browser'> | undefined> {
  const cookie = readCookie(ports, exchange, SIGNED_IN)
  return cookie === undefined ? undefined : whenKnown(ports.digest('browser', cookie), (id) => readRecord(ports.store, 'browser', id))
}

/** Names the browser for as long as the same person is signed in there. */
export function browserName({ id, value }: Versioned<'browser'>): string {
  return value.browser ?? id
}

/**
 * Signs somebody in and gives the cookie to set.
 * @param before who was signed in there until now; the same person keeps the name of the browser, and the old cookie ends
 */
export async function openBrowser(
  ports: Ports,
  signIn: Pick<Browser, 'subject' | 'authenticatedAt'>,
  before: Versioned<'browser'> | undefined,
): Promise<string> {
  const { clock, digest, settings, store, suite } = ports
  const { subject, authenticatedAt } = signIn
  const cookie = randomText(suite, 32)
  const kept = before?.value.subject === subject ? { browser: browserName(before) } : {}
  const value: Browser = { subject, authenticatedAt, ...kept }
  await store.insert({ kind: 'browser', id: await digest('browser', cookie), value, expiresAt: clock.now() + settings.browserLife * 1000 })
  if (before !== undefined) await closeBrowser(ports, before)
  return writeCookie(ports, SIGNED_IN, cookie)
}

/** Ends a cookie. */
export async function closeBrowser({ store }: Pick<Ports, 'store'>, { id, version }: Versioned<'browser'>): Promise<void> {
  await store.remove('browser', id, version)
}

/** Takes the cookie back. */
export function forgottenCookie(ports: Pick<Ports, 'issuer'>): string {
  return writeCookie(ports, SIGNED_IN, undefined)
}
