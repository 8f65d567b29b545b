/**
 * What the sign-in page lends to ways of signing in that lead to another site and come back: its forms, its browsers and its pages.
 * Invariant: nobody is signed in who has no account here that is enabled, and no page repeats what another site said.
 */
import { type EpochMilliseconds, type Exchange, OAuthError, type Reply } from '@countersign/protocol'
import { type Context, siteFor } from '../context.ts'
import { readCookie } from '../browser/cookies.ts'
import { type Errand, readErrand } from '../browser/errand.ts'
import { isOwnForm, pageForm } from '../browser/forms.ts'
import { networkOf } from '../limits/guessing.ts'
import { errorPage, goOnPage, pageReply } from '../pages/index.ts'
import { readRecord } from '../records/records.ts'

/** The cookie of a browser that is about to sign in. */
export const SIGNING_IN = 'countersign-form'

/** Somebody pressed a button of the sign-in page. */
export interface Pressed {
  /** What the person came for, to be handed to `admit` afterwards. */
  readonly errand: Errand | undefined
  /** Names the browser until it is signed in; a digest of its cookie. */
  readonly browser: string
  /** Somebody is signed in here already, so this is to prove it once more: the other site must ask, whatever it remembers. */
  readonly again: boolean
}

export interface Entrance {
  /** Reads the button, or answers why it does not count: not our form, or too many from this network. */
  pressed(exchange: Exchange): Promise<Pressed | Reply>
  /** The browser of a later request, as `Pressed` named it. */
  browserOf(exchange: Exchange): Promise<string | undefined>
  /** A page that goes on to the other site by itself. */
  goOn(exchange: Exchange, name: string, to: URL): Reply
  /** Signs this browser in, and brings it back to its errand; a page that says no when there is no such account or it is disabled. */
  admit(subject: string, errand: Errand | undefined, authenticatedAt: EpochMilliseconds, exchange: Exchange): Promise<Reply>
  /** A page that says in general words why nobody is signed in. */
  refuse(exchange: Exchange, why: 'sign_in_ended' | 'sign_in_refused' | 'not_admitted' | 'unavailable'): Reply
}

export type EntrancePorts = Pick<Context, 'issuer' | 'site' | 'store' | 'clock' | 'digest' | 'events' | 'settings'>

/** What only the sign-in page itself can do. */
interface Rooms {
  readonly isSignedIn: (exchange: Exchange) => Promise<boolean>
  readonly signedIn: (subject: string, errand: Errand | undefined, authenticatedAt: EpochMilliseconds, exchange: Exchange) => Promise<Reply>
  readonly limited: (exchange: Exchange, errand: Errand | undefined) => Promise<Reply>
}

/** Buttons pressed in a quarter of an hour: each keeps a record, and a network may hold a whole company. */
const MOST_PER_NETWORK = 300
const WINDOW_MS = 900_000
const STATUS = { sign_in_ended: 403, sign_in_refused: 403, not_admitted: 403, unavailable: 503 } as const

export function openEntrance(ports: EntrancePorts, { isSignedIn, signedIn, limited }: Rooms): Entrance {
  const { clock, store } = ports
  const refuse: Entrance['refuse'] = (exchange, why) => pageReply(STATUS[why], errorPage({ ...siteFor(ports, exchange), kind: why }))

  async function pressed(exchange: Exchange): Promise<Pressed | Reply> {
    if (exchange.method !== 'POST') throw new OAuthError('invalid_request', 'use POST', { status: 405, headers: { allow: 'POST' } })
    const form = pageForm(exchange)
    const errand = readErrand(ports, form)
    const cookie = readCookie(ports, exchange, SIGNING_IN)
    if (cookie === undefined || !(await isOwnForm(ports, exchange, cookie, form.get('csrf')))) {
      return pageReply(403, errorPage({ ...siteFor(ports, exchange), kind: 'csrf' }))
    }
    const count = await store.count(`sign-in:elsewhere:${networkOf(exchange.remoteAddress)}`, clock.now() + WINDOW_MS, 1)
    if (count > MOST_PER_NETWORK) return limited(exchange, errand)
    return { errand, browser: await browserSigningIn(ports, cookie), again: await isSignedIn(exchange) }
  }

  return {
    pressed,
    browserOf: async (exchange) => {
      const cookie = readCookie(ports, exchange, SIGNING_IN)
      return cookie === undefined ? undefined : browserSigningIn(ports, cookie)
    },
    goOn: (exchange, name, to) => pageReply(200, goOnPage({ ...siteFor(ports, exchange), name, to })),
    admit: async (subject, errand, authenticatedAt, exchange) => {
      const account = (await readRecord(store, 'account', subject))?.value
      if (account === undefined || account.disabled) {
        ports.events({ type: 'account.refused', subject })
        return refuse(exchange, 'not_admitted')
      }
      return signedIn(subject, errand, authenticatedAt, exchange)
    },
    refuse,
  }
}

/** Names a browser that is about to sign in, by its cookie. */
export async function browserSigningIn({ digest }: Pick<Context, 'digest'>, cookie: string): Promise<string> {
  return digest('signing_in', cookie)
}
