/** Signing in with an account of this server: one Identity of several that the authority can be given. */
import {
  type Awaitable,
  type EpochMilliseconds,
  type Exchange,
  type Form,
  OAuthError,
  parseForm,
  type Reply,
  whenKnown,
} from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import { type Context, siteFor } from '../context.ts'
import { readCookie, writeCookie } from '../browser/cookies.ts'
import { type Errand, errandPath, errandQuery, readErrand } from '../browser/errand.ts'
import { formToken, isOwnForm, pageForm } from '../browser/forms.ts'
import { attemptSignIn } from '../limits/failed-sign-ins.ts'
import { errorPage, pageReply, signInPage } from '../pages/index.ts'
import type { Approver, Identity } from '../ports/identity.ts'
import type { PasskeyVerifier } from '../ports/passkey-verifier.ts'
import type { PasswordHasher } from '../ports/password-hasher.ts'
import { type Account, readRecord } from '../records/records.ts'
import { seeOther } from '../requests/replies.ts'
import { findAccount } from './accounts.ts'
import { browserSigningIn, type Entrance, openEntrance, SIGNING_IN } from './entrance.ts'
import { openPasskeys, type Passkeys } from './passkeys/open-passkeys.ts'
import { browserName, closeBrowser, forgottenCookie, openBrowser, signedInBrowser } from './signed-in-browser.ts'

/** What an identity that keeps its accounts here is given. */
export type IdentityPorts = Pick<
  Context,
  'issuer' | 'base' | 'site' | 'store' | 'suite' | 'clock' | 'digest' | 'events' | 'notices' | 'settings'
>

export type LocalIdentityPorts = IdentityPorts & {
  readonly hasher: PasswordHasher
  /** People may sign in with passkeys, too, where browsers can make them: not for an issuer at a bare address. */
  readonly passkeys?: PasskeyVerifier | undefined
  /** Other places to sign in: buttons of the sign-in page that post to these paths below the issuer. */
  readonly alternatives?: readonly { readonly name: string; readonly path: string }[]
  /** Whether people sign in with a password here; they do, unless this says no. */
  readonly passwords?: boolean
}

/** An identity with an entrance for other ways to sign in to its accounts. */
export interface LocalIdentity extends Identity {
  readonly entrance: Entrance
}

interface Shown {
  readonly errand: Errand | undefined
  readonly name?: string
  /** Who is signed in, and proves it once more. */
  readonly again?: Approver | undefined
  /** Whether to show the form for a password, where there are passwords. */
  readonly passwords?: boolean
  readonly error?: 'refused' | 'passkey_refused' | 'limited' | 'stale'
}

/** What a form of the sign-in page proved, or with what to show it again. */
type Proof = { readonly subject: string } | Pick<Shown, 'error' | 'name'>

export function localIdentity(ports: LocalIdentityPorts): LocalIdentity {
  const { alternatives, base, clock, passwords = true, store, suite } = ports
  let made: Promise<string> | undefined
  /** Verified against when the account does not exist, so that its absence takes as long as a wrong password. Made when the first password comes. */
  async function nobody(): Promise<string> {
    try {
      return await (made ??= ports.hasher.hash(randomText(suite, 16)))
    } catch (error) {
      // Too many people are signing in: the next one has a chance again.
      made = undefined
      throw error
    }
  }

  function recognise(exchange: Exchange): Awaitable<Approver | undefined> {
    return whenKnown(signedInBrowser(ports, exchange), (browser) => {
      if (browser === undefined) return undefined
      const { subject, authenticatedAt } = browser.value
      return whenKnown(accountOf(subject), (account) => {
        if (account === undefined || account.disabled) return undefined
        return { subject, name: account.shownName ?? account.name, authenticatedAt, browser: browserName(browser) }
      })
    })
  }

  function nameOf(subject: string): Awaitable<string | undefined> {
    return whenKnown(accountOf(subject), (account) => account?.name)
  }

  function accountOf(subject: string): Awaitable<Account | undefined> {
    return whenKnown(readRecord(store, 'account', subject), (found) => found?.value)
  }

  async function showSignIn(exchange: Exchange, { again, ...shown }: Shown, status = 200) {
    // The form is bound to this browser before anybody is signed in, else a stranger could sign it in as himself.
    const cookie = readCookie(ports, exchange, SIGNING_IN) ?? randomText(suite, 16)
    const view = {
      ...siteFor(ports, exchange),
      csrf: await formToken(ports, cookie),
      alternatives,
      ...shown,
      again: again !== undefined,
      passwords: passwords && shown.passwords !== false,
      passkey: await passkeys?.ask(await browserSigningIn(ports, cookie), again),
    }
    return pageReply(status, signInPage(view), { 'set-cookie': writeCookie(ports, SIGNING_IN, cookie) })
  }

  /** To somebody who is signed in: the name is known, and who has no password proves it elsewhere. */
  async function showAgain(exchange: Exchange, shown: Pick<Shown, 'errand' | 'error'>, again: Approver, status?: number): Promise<Reply> {
    const account = await accountOf(again.subject)
    return showSignIn(exchange, { ...shown, name: account?.name ?? '', again, passwords: account?.passwordHash !== undefined }, status)
  }

  /** A form of the sign-in page, whatever proof it brings. */
  async function submit(
    exchange: Exchange,
    prove: (form: Form, cookie: string, again: Approver | undefined) => Promise<Proof>,
  ): Promise<Reply> {
    const form = pageForm(exchange)
    const errand = readErrand(ports, form)
    const cookie = readCookie(ports, exchange, SIGNING_IN)
    if (cookie === undefined || !(await isOwnForm(ports, exchange, cookie, form.get('csrf')))) {
      return pageReply(403, errorPage({ ...siteFor(ports, exchange), kind: 'csrf' }))
    }
    // Who signs in again is who is signed in; the name is not theirs to choose.
    const again = form.get('again') === 'yes' ? await recognise(exchange) : undefined
    const proof = await prove(form, cookie, again)
    if ('subject' in proof) return signedIn(proof.subject, errand, clock.now(), exchange)
    const status = proof.error === 'limited' ? 429 : 403
    return again === undefined
      ? showSignIn(exchange, { errand, ...proof }, status)
      : showAgain(exchange, { errand, ...proof }, again, status)
  }

  function submitPassword(exchange: Exchange): Promise<Reply> {
    return submit(exchange, async (form, _cookie, again) => {
      if (!passwords) return {}
      const name = (again === undefined ? form.get('name') : await nameOf(again.subject)) ?? ''
      const answer = await verifyPassword(ports, await nobody(), exchange, name, form.get('password') ?? '')
      return typeof answer === 'string' ? { error: answer, name } : answer
    })
  }

  async function submitPasskey(known: Passkeys, exchange: Exchange): Promise<Reply> {
    if (exchange.method !== 'POST') return seeOther(`${base}/sign-in`)
    return submit(exchange, async (form, cookie, again) => {
      const answer = await known.prove(exchange, form, await browserSigningIn(ports, cookie), again)
      return typeof answer === 'string' ? { error: answer } : answer
    })
  }

  async function signedIn(
    subject: string,
    errand: Errand | undefined,
    authenticatedAt: EpochMilliseconds,
    exchange: Exchange,
  ): Promise<Reply> {
    const cookie = await openBrowser(ports, { subject, authenticatedAt }, await signedInBrowser(ports, exchange))
    ports.events({ type: 'account.signed_in', subject })
    return seeOther(errandPath(base, errand), { 'set-cookie': [cookie, writeCookie(ports, SIGNING_IN, undefined)] })
  }

  async function signOut(exchange: Exchange): Promise<Reply> {
    if (exchange.method !== 'POST') throw new OAuthError('invalid_request', 'use POST', { status: 405, headers: { allow: 'POST' } })
    const form = pageForm(exchange)
    const approver = await recognise(exchange)
    if (approver !== undefined) {
      if (!(await isOwnForm(ports, exchange, approver.browser, form.get('csrf')))) {
        return pageReply(403, errorPage({ ...siteFor(ports, exchange), kind: 'csrf' }))
      }
      const browser = await signedInBrowser(ports, exchange)
      if (browser !== undefined) await closeBrowser(ports, browser)
    }
    return seeOther(signInPath(base, readErrand(ports, form), false), { 'set-cookie': [forgottenCookie(ports)] })
  }

  const signIn: Identity['signIn'] = async (_exchange, errand, again) => seeOther(signInPath(base, errand, again !== undefined))
  const passkeys = openPasskeys(ports, ports.passkeys, { recognise, signIn })

  const entrance = openEntrance(ports, {
    isSignedIn: async (exchange) => (await recognise(exchange)) !== undefined,
    signedIn,
    limited: (exchange, errand) => showSignIn(exchange, { errand, error: 'limited' }, 429),
  })

  return {
    entrance,
    recognise,
    signIn,
    isActive: (subject) => whenKnown(accountOf(subject), (account) => account?.disabled === false),
    nameOf,
    ...(passkeys === undefined ? {} : { passkeysPath: passkeys.passkeysPath }),
    routes: {
      ...passkeys?.routes,
      ...(passkeys === undefined ? {} : { '/sign-in/passkey': (exchange) => submitPasskey(passkeys, exchange) }),
      '/sign-in': async (exchange) => {
        if (exchange.method === 'POST') return submitPassword(exchange)
        const query = parseForm(exchange.query)
        const errand = readErrand(ports, query)
        const approver = await recognise(exchange)
        if (approver === undefined) return showSignIn(exchange, { errand })
        if (query.get('again') === 'yes') return showAgain(exchange, { errand }, approver)
        // Nothing but the errand travels through signing in: there is no return address to be abused.
        return seeOther(errandPath(base, errand))
      },
      '/sign-out': signOut,
    },
  }
}

function signInPath(base: string, errand: Errand | undefined, again: boolean): string {
  const query = errandQuery(errand)
  return `${base}/sign-in${query}${again ? `${query === '' ? '?' : '&'}again=yes` : ''}`
}

/** The account, or why not. Every refusal looks and lasts the same. */
async function verifyPassword(
  ports: LocalIdentityPorts,
  nobody: string,
  exchange: Exchange,
  name: string,
  password: string,
): Promise<{ subject: string } | 'refused' | 'limited'> {
  const { digest, events, hasher, store } = ports
  const found = await findAccount(store, name)
  // Counted by the digest of the name: what people type there is now and then a password.
  const attempt = { account: found?.id ?? (await digest('name', name)), address: exchange.remoteAddress }
  const prove = () => hasher.verify(found?.value.passwordHash ?? nobody, password.slice(0, 1024))
  const mayEnter = (matches: boolean) => found !== undefined && matches && !found.value.disabled
  const matches = await attemptSignIn(ports, attempt, prove, mayEnter)
  if (matches === 'limited') return matches
  if (found !== undefined && mayEnter(matches)) return { subject: found.id }
  events({ type: 'account.refused', address: exchange.remoteAddress })
  return 'refused'
}
