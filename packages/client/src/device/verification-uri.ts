/**
 * Judging the addresses that a person will be told to open (RFC 8628 section 3.2).
 * Invariant: only https pages (http on the machine itself when the issuer lives there too) are passed on, in visible characters,
 * and a page on a host that is not the issuer's is marked.
 */
import { CountersignError, isLoopbackHost, isSecureUrl } from '@countersign/protocol'
import { quotedText, visibleText } from '../wire/text.ts'

export interface VerificationUri {
  /** As the server wrote it; international host names in their ASCII form, so that look-alikes show. */
  readonly uri: string
  readonly host: string
  /** The host is neither the issuer's nor below it: ask before showing it. */
  readonly foreign: boolean
}

/** @throws CountersignError `invalid_response` when it is no web page a person should open */
export function judgeVerificationUri(value: unknown, issuer: string): VerificationUri {
  const text = typeof value === 'string' ? visibleText(value).trim() : ''
  const hint = 'Do not open it; tell the operator of the authorization server.'
  if (!URL.canParse(text)) throw new CountersignError('invalid_response', 'the verification_uri is missing or not a URL', { hint })
  const url = new URL(text)
  const home = new URL(issuer).hostname
  // A public server has no page on the machine of the person who approves.
  const safe = isSecureUrl(url) && (!isLoopbackHost(url.hostname) || isLoopbackHost(home)) && url.username === '' && url.password === ''
  if (!safe) throw new CountersignError('invalid_response', `the verification_uri is not an https page: ${quotedText(text)}`, { hint })
  const foreign = url.hostname !== home && !url.hostname.endsWith(`.${home}`)
  return { uri: asShown(text, url), host: url.host, foreign }
}

/** The page with the code filled in, if it is the same page: same origin, same path or one below it. Otherwise it is dropped. */
export function judgeCompleteUri(value: unknown, verification: VerificationUri): string | undefined {
  const text = typeof value === 'string' ? visibleText(value).trim() : ''
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const page = new URL(verification.uri)
  const below = page.pathname.endsWith('/') ? page.pathname : `${page.pathname}/`
  const extending = url.pathname === page.pathname || url.pathname.startsWith(below)
  if (url.origin !== page.origin || !extending || url.username !== '' || url.password !== '') return undefined
  return asShown(text, url)
}

/** Printable ASCII as written, everything else as the URL parser spells it. */
function asShown(text: string, url: URL): string {
  return /^[\x21-\x7e]+$/.test(text) ? text : url.href
}
