/** What entering and deciding share: who is there, whether the form is ours, and the record behind a user code. */
import {
  type Awaitable,
  couldBeUserCode,
  type EpochMilliseconds,
  type Exchange,
  type Form,
  formatUserCode,
  normaliseUserCode,
  type Reply,
  whenKnown,
} from '@countersign/protocol'
import type { Context } from '../context.ts'
import { type Errand, readErrand } from '../browser/errand.ts'
import { isOwnForm, pageForm } from '../browser/forms.ts'
import { countUse, endReused } from '../limits/code-reuse.ts'
import { type Attempt, countMistype, takeTry, tellWrongCode } from '../limits/guessing.ts'
import { type ErrorKind, errorPage, pageReply } from '../pages/index.ts'
import type { Approver } from '../ports/identity.ts'
import { userCodeLookup } from '../records/device-record.ts'
import { findRecord, type Versioned } from '../records/records.ts'

/** Boxes to tick share one name (HTML section 4.10.5.1.15); no other field of ours comes twice. */
const BOXES: ReadonlySet<string> = new Set(['scope'])

const STALE: Readonly<Record<Errand['name'], ErrorKind>> = {
  user_code: 'csrf',
  entered: 'csrf',
  request: 'request_stale',
  page: 'devices_stale',
}

/** What a person sent from a page of ours. */
export interface Posted {
  readonly approver: Approver
  readonly form: Form
  /** The secret of the form, which was right: the next page for this browser holds it again. */
  readonly csrf: string
}

/** Runs what a form asks for, once the person is known and the form is ours. */
export function posted(context: Context, exchange: Exchange, act: (posted: Posted) => Awaitable<Reply>): Awaitable<Reply> {
  const form = pageForm(exchange, BOXES)
  const csrf = form.get('csrf')
  return whenKnown(context.identity.recognise(exchange), (approver) => {
    if (approver === undefined) return context.identity.signIn(exchange, readErrand(context, form))
    return whenKnown(isOwnForm(context, exchange, approver.browser, csrf), (isOwn) => {
      if (isOwn && csrf !== undefined) return act({ approver, form, csrf })
      const errand = readErrand(context, form)
      return pageReply(403, errorPage({ ...context.site, kind: errand === undefined ? 'csrf' : STALE[errand.name] }))
    })
  })
}

export interface EntryError {
  readonly error: 'wrong' | 'mistyped' | 'limited'
  /** Set when nothing of the kind is taken before this moment. */
  readonly until?: EpochMilliseconds | undefined
}

/** A record that was found, and the try that it took. */
export interface LookedUp {
  readonly found: Versioned<'device'>
  readonly attempt: Attempt
}

/**
 * The record of a code that may still be decided, or why there is none: unknown, expired and spent codes all look the same.
 * What cannot be a code looks different, which anybody could have told without asking. Whoever uses what was found gives the try back.
 */
export function lookUp(context: Context, exchange: Exchange, approver: Approver, code: string): Awaitable<LookedUp | EntryError> {
  const entry = { approver, code, address: exchange.remoteAddress }
  // A mistake in typing is no guess: it is not looked up, and costs nobody a try.
  if (!couldBeUserCode(code, context.settings.userCodeAlphabet)) {
    return whenKnown(countMistype(context, entry), (until) => ({ error: 'mistyped', until }))
  }
  return whenKnown(takeTry(context, entry), (attempt) => {
    if ('until' in attempt) return { error: 'limited', until: attempt.until }
    return whenKnown(userCodeLookup(context, code), (digest) =>
      whenKnown(countUse(context, digest, approver), (use) =>
        whenKnown(findRecord(context.store, 'device', digest), (found) => {
          if (found === undefined || context.clock.now() >= found.value.expiresAt) return wrong(context, attempt)
          if (!use.isTooMany) return { found, attempt }
          return whenKnown(endReused(context, found, use, entry), (ended) => ({ found: ended, attempt }))
        }),
      ),
    )
  })
}

export function wrong(context: Context, attempt: Attempt): EntryError {
  tellWrongCode(context, attempt)
  return { error: 'wrong' }
}

/** @param csrf the secret of the form for this browser */
export function showEntry(context: Context, approver: Approver, csrf: string, code: string, refusal?: EntryError): Reply {
  const { error, until } = refusal ?? {}
  const retryAfter = until === undefined ? undefined : Math.max(1, Math.ceil((until - context.clock.now()) / 1000))
  const status = retryAfter !== undefined ? 429 : error === undefined ? 200 : 400
  const headers = retryAfter === undefined ? undefined : { 'retry-after': String(retryAfter) }
  const view = { csrf, approverName: approver.name, prefilled: formatUserCode(code), error, retryAfter }
  return context.pages.enterCode(status, view, headers)
}

/** What was typed, in canonical form. */
export function normalise(context: Context, typed: string | undefined): string {
  return normaliseUserCode(typed ?? '', context.settings.userCodeAlphabet)
}
