/** Forms of the pages: proof that a form was ours and was sent from our own page (RFC 6749 section 10.12). */
import {
  type Awaitable,
  type Exchange,
  type Form,
  headerOf,
  isFormContentType,
  OAuthError,
  parseForm,
  whenKnown,
} from '@countersign/protocol'
import { equalInConstantTime } from '@countersign/proof'
import type { Context } from '../context.ts'

/** The hidden value of every form shown to one browser. */
export function formToken(context: Pick<Context, 'digest'>, browser: string): Awaitable<string> {
  return context.digest('form', browser)
}

/** Whether a posted form came from a page we showed to this browser. */
export function isOwnForm(
  context: Pick<Context, 'digest' | 'issuer'>,
  exchange: Exchange,
  browser: string,
  token: string | undefined,
): Awaitable<boolean> {
  const origin = headerOf(exchange, 'origin')
  // A page that hides its origin sends "null"; ours never does.
  if (origin !== undefined && origin !== new URL(context.issuer).origin) return false
  const site = headerOf(exchange, 'sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  return token !== undefined && whenKnown(formToken(context, browser), (own) => equalInConstantTime(token, own))
}

/**
 * What one of our forms sent.
 * @param repeatable fields that may come more than once
 * @throws OAuthError when the body is no form, or a field comes twice
 */
export function pageForm(exchange: Exchange, repeatable?: ReadonlySet<string>): Form {
  if (!isFormContentType(headerOf(exchange, 'content-type'))) throw new OAuthError('invalid_request', 'the body must be a form')
  return parseForm(exchange.body, repeatable)
}
