/** What every form endpoint checks first: method, content type, the form itself. */
import { type Exchange, type Form, headerOf, isFormContentType, OAuthError, parseForm } from '@countersign/protocol'

/**
 * The form of a POST.
 * @throws OAuthError `invalid_request`: 405 for another method, 400 for another content type or a form that RFC 6749 section 3.2 forbids
 */
export function postedForm(exchange: Exchange): Form {
  // RFC 6749 section 3.2, RFC 8628 section 3.1: POST only.
  if (exchange.method !== 'POST') {
    throw new OAuthError('invalid_request', 'use POST', { status: 405, headers: { allow: 'POST' } })
  }
  if (!isFormContentType(headerOf(exchange, 'content-type'))) {
    throw new OAuthError('invalid_request', 'the body must be application/x-www-form-urlencoded')
  }
  return parseForm(exchange.body)
}

/** @throws OAuthError `invalid_request` with the name of the parameter */
export function required(form: Form, name: string): string {
  const value = form.get(name)
  if (value === undefined) throw missing(name)
  return value
}

/** RFC 6749 section 5.2: the request lacks a parameter. */
export function missing(name: string): OAuthError {
  return new OAuthError('invalid_request', `parameter '${name}' is missing`)
}
