/**
 * The page where people see, add and remove the passkeys they sign in with. Both changes take a fresh sign-in: a browser that was left
 * open gives nobody a way in that outlasts it. Whose passkey it is decides, not who knows its id.
 */
import { type Exchange, type Form, parseForm, type Reply } from '@countersign/protocol'
import { PASSKEYS_ERRAND } from '../../browser/errand.ts'
import { formToken, isOwnForm, pageForm } from '../../browser/forms.ts'
import { isFreshSignIn } from '../../browser/fresh-sign-in.ts'
import { type Context, siteFor, urlOf } from '../../context.ts'
import { errorPage, pageReply, type PasskeyEntry, passkeysPage, type PasskeysView } from '../../pages/index.ts'
import type { Approver, Identity } from '../../ports/identity.ts'
import type { PasskeyNotice } from '../../ports/notices.ts'
import { type Account, readRecord, type Versioned } from '../../records/records.ts'
import { originOf } from '../../requests/origin.ts'
import { seeOther } from '../../requests/replies.ts'
import { isLocalAccount } from '../accounts.ts'
import { attestationIn } from './answer.ts'
import { makeChallenge, recallChallenge, takeChallenge, type Tie } from './challenge.ts'
import { addPasskey, MOST_PASSKEYS, passkeysOf, removeOwnPasskey } from './passkeys.ts'
import { creationOptions } from './relying-party.ts'
import { handleOf, type VerifyPorts } from './verify-passkey.ts'

export type OwnPasskeysPorts = VerifyPorts & Pick<Context, 'base' | 'issuer' | 'notices' | 'settings' | 'site'>

const PATH = '/passkeys'
const LONGEST_NAME = 64

/** What the page shows beside the list. */
type Outcome = Pick<PasskeysView, 'done' | 'error'>

/** Somebody whose passkeys are kept here. */
interface Owner {
  readonly approver: Approver
  readonly account: Account
  readonly own: readonly Versioned<'passkey'>[]
}

export interface OwnPasskeys extends Required<Pick<Identity, 'passkeysPath' | 'routes'>> {}

export function openOwnPasskeys(ports: OwnPasskeysPorts, { recognise, signIn }: Pick<Identity, 'recognise' | 'signIn'>): OwnPasskeys {
  const { base, clock, events, party, store, verifier } = ports

  async function accountOf(subject: string): Promise<Account | undefined> {
    const account = (await readRecord(store, 'account', subject))?.value
    return account !== undefined && isLocalAccount(account) ? account : undefined
  }

  /** Runs something for whoever is signed in, and has or may have passkeys. */
  async function forOwner(exchange: Exchange, act: (owner: Owner) => Promise<Reply>): Promise<Reply> {
    const approver = await recognise(exchange)
    if (approver === undefined) return signIn(exchange, PASSKEYS_ERRAND)
    const account = await accountOf(approver.subject)
    if (account === undefined) return pageReply(404, errorPage({ ...siteFor(ports, exchange), kind: 'not_found' }))
    return act({ approver, account, own: await passkeysOf(store, approver.subject) })
  }

  async function show(exchange: Exchange, owner: Owner, outcome: Outcome): Promise<Reply> {
    const { approver, own } = owner
    const view = {
      ...siteFor(ports, exchange),
      csrf: await formToken(ports, approver.browser),
      approverName: approver.name,
      passkeys: own.map((passkey) => entryOf(passkey, clock.now())),
      change: await changeFor(exchange, owner),
      ...outcome,
    }
    return pageReply(outcome.error === undefined ? 200 : 400, passkeysPage(view))
  }

  async function changeFor(exchange: Exchange, { approver, account, own }: Owner): Promise<PasskeysView['change']> {
    if (!isFreshSignIn(ports, approver)) return 'sign_in_first'
    if (own.length >= MOST_PASSKEYS) return 'full'
    const { challenge, made } = await makeChallenge(ports, tieOf(approver))
    const owner = { handle: await handleOf(ports, approver.subject), name: account.name, shownName: approver.name }
    const { messages, operator } = siteFor(ports, exchange)
    const siteName = operator?.name ?? messages?.product ?? party.rpId
    const passkeys = own.map(({ value }) => value)
    return { add: { made, options: creationOptions(party, { challenge, siteName }, owner, passkeys) } }
  }

  /** A change of the list: by our own form, and by somebody who has just signed in. */
  function changing(act: (exchange: Exchange, owner: Owner, form: Form) => Promise<Outcome>): (exchange: Exchange) => Promise<Reply> {
    return async (exchange) => {
      if (exchange.method !== 'POST') return seeOther(base + PATH)
      const form = pageForm(exchange)
      return forOwner(exchange, async (owner) => {
        const { approver } = owner
        if (!(await isOwnForm(ports, exchange, approver.browser, form.get('csrf')))) return show(exchange, owner, { error: 'stale' })
        if (!isFreshSignIn(ports, approver)) return signIn(exchange, PASSKEYS_ERRAND, approver)
        const { done, error } = await act(exchange, owner, form)
        if (error !== undefined) return show(exchange, owner, { error })
        return seeOther(`${base}${PATH}${done === undefined ? '' : `?done=${done}`}`)
      })
    }
  }

  /** Web Authentication Level 3, section 7.1. */
  async function add(exchange: Exchange, { approver, own }: Owner, form: Form): Promise<Outcome> {
    const { subject } = approver
    const challenge = await recallChallenge(ports, tieOf(approver), form.get('made'))
    if (challenge === undefined) return { error: 'stale' }
    const refused = (why: 'not_verified' | 'replayed' | 'taken'): Outcome => {
      events({ type: 'account.passkey_refused', why, subject, address: exchange.remoteAddress })
      return { error: 'refused' }
    }
    const answer = attestationIn(form)
    const verified = answer && (await verifier.verifyAttestation(answer, { ...party, challenge: challenge.challenge }))
    if (answer === undefined || verified === undefined || own.length >= MOST_PASSKEYS) return refused('not_verified')
    if (!(await takeChallenge(ports, challenge))) return refused('replayed')
    const { credential, transports } = answer
    const name = form.get('name')?.trim().slice(0, LONGEST_NAME) ?? ''
    const passkey = await addPasskey(ports, { subject, name, credential, transports, ...verified })
    if (passkey === undefined) return refused('taken')
    events({ type: 'account.passkey_added', passkey, subject, address: exchange.remoteAddress })
    tell('account.passkey_added', exchange, approver, name)
    return { done: 'added' }
  }

  async function remove(exchange: Exchange, { approver, account, own }: Owner, form: Form): Promise<Outcome> {
    const { subject } = approver
    const passkey = form.get('passkey') ?? ''
    // Whoever locks themselves out cannot come back to repair it.
    if (account.passwordHash === undefined && own.length === 1 && own[0]?.id === passkey) return { error: 'only' }
    const removed = await removeOwnPasskey(store, subject, passkey)
    if (removed === undefined) return {}
    events({ type: 'account.passkey_removed', passkey, subject, address: exchange.remoteAddress })
    tell('account.passkey_removed', exchange, approver, removed.name)
    return { done: 'removed' }
  }

  function tell(type: PasskeyNotice['type'], exchange: Exchange, { name, subject }: Approver, passkeyName: string): void {
    const changedFrom = originOf(exchange)
    ports.notices({ type, subject, name, passkeyName, changedFrom, changedAt: clock.now(), passkeysUrl: urlOf(ports, PATH) })
  }

  return {
    passkeysPath: async (subject) => ((await accountOf(subject)) === undefined ? undefined : PATH),
    routes: {
      [PATH]: async (exchange) => forOwner(exchange, async (owner) => show(exchange, owner, doneIn(exchange))),
      [`${PATH}/add`]: changing(add),
      [`${PATH}/remove`]: changing(remove),
    },
  }
}

function tieOf({ browser, subject }: Approver): Tie {
  return { purpose: 'add', browser, subject }
}

function doneIn(exchange: Exchange): Outcome {
  const done = parseForm(exchange.query).get('done')
  return done === 'added' || done === 'removed' ? { done } : {}
}

function entryOf({ id, value }: Versioned<'passkey'>, now: number): PasskeyEntry {
  const secondsSince = (then: number) => Math.max(0, Math.floor((now - then) / 1000))
  return {
    passkey: id,
    name: value.name,
    addedAgo: secondsSince(value.addedAt),
    usedAgo: value.usedAt === undefined ? undefined : secondsSince(value.usedAt),
  }
}
