/** Pages as replies. The invariant: every page leaves with the same strict headers, and no endpoint can weaken them. */
import type { Reply } from '@countersign/protocol'
import { scriptSourceOf } from './passkeys/script.ts'

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  // No script may run, but for the one of ours on the pages that hold it. RFC 9700 section 4.16: no frame may hold a page where somebody decides.
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // Pages hold form secrets and user codes: they stay out of caches, and their addresses out of what other sites see.
  'cache-control': 'no-store',
  // RFC 9110 section 12.5.5: what the words were chosen by.
  vary: 'accept-language',
  // Not no-referrer: under that a browser sends our own forms with `Origin: null`, which is how a stranger's form looks.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const

const FIXED: ReadonlySet<string> = new Set([...Object.keys(PAGE_HEADERS), 'content-language'])

/**
 * The page of a decision whose answer sends the browser on: Chromium holds the redirect after a form to `form-action` as well,
 * so this page, and no other, allows the one place that its request was checked for.
 * @param leadsTo a redirect URI that was matched against the registered ones
 */
export function pageReplyLeadingTo(leadsTo: string, status: number, htmlText: string): Reply {
  const reply = pageReply(status, htmlText)
  const policy = PAGE_HEADERS['content-security-policy'].replace("form-action 'self'", `form-action 'self' ${sourceOf(new URL(leadsTo))}`)
  return { ...reply, headers: { ...reply.headers, 'content-security-policy': policy } }
}

/** CSP Level 3 section 2.3.1: scheme and host; the scheme alone where the grammar of hosts has no room (IPv6, private-use schemes). */
function sourceOf({ protocol, hostname, origin }: URL): string {
  const named = protocol === 'https:' || (protocol === 'http:' && !hostname.startsWith('['))
  return named ? origin : protocol
}

/** A page as a reply. `extraHeaders` may add (`set-cookie`, `retry-after`); the headers every page has win over them, whatever their case. */
export function pageReply(status: number, htmlText: string, extraHeaders?: Reply['headers']): Reply {
  return repliesWith(htmlText)(status, htmlText, extraHeaders)
}

/** The same for many pages of one template, whose headers are told by what is fixed in it. */
export function repliesWith(fixed: string): (status: number, htmlText: string, extraHeaders?: Reply['headers']) => Reply {
  const own = { ...PAGE_HEADERS, ...languageOf(fixed), ...policyOf(fixed) }
  return (status, htmlText, extraHeaders) => ({
    status,
    headers: extraHeaders === undefined ? own : { ...added(extraHeaders), ...own },
    body: htmlText,
  })
}

function added(extraHeaders: Reply['headers']): Reply['headers'] {
  return Object.fromEntries(Object.entries(extraHeaders).filter(([name]) => !FIXED.has(name.toLowerCase())))
}

/** By its digest, so that whatever else somebody could get into the page does not run (CSP Level 3, section 8.3). */
function policyOf(htmlText: string): Reply['headers'] {
  const script = scriptSourceOf(htmlText)
  if (script === undefined) return {}
  return { 'content-security-policy': `${PAGE_HEADERS['content-security-policy']}; script-src ${script}` }
}

/** RFC 9110 section 8.5: the document says its language once, in its first tag, so the header cannot contradict it. */
function languageOf(htmlText: string): Reply['headers'] {
  const [, language] = /^<!doctype html>\n<html lang="([\w-]+)"/.exec(htmlText) ?? []
  return language === undefined ? {} : { 'content-language': language }
}
