// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { errorOf } from '../exam.ts'
import { gather } from '../outcome.ts'
import { textOf } from '../wire/exchange.ts'
import { isLoopback } from '../wire/consent.ts'
import { bare } from './sample.ts'

const ELSEWHERE = 'countersign-probe.example'

/** Whether the address people are sent to is the server's own, whatever a request says of where it came from. */
export const verificationUri: Check = {
  id: 'L10',
  title: 'Verification URI',
  weight: 4,
  needs: [],
  rule: 'DF-S23',
  axis: 'approval',
  severity: 'high',
  fix: 'Make verification_uri of the configured issuer, never of Host, Forwarded or X-Forwarded headers.',
  run: async (exam) => {
    const found = gather()
    const { verificationUri: own, verificationUriComplete, userCode, answer } = await exam.open()
    const isLocal = isLoopback(new URL(exam.server.issuer).hostname)
    if (!URL.canParse(own) || (new URL(own).protocol !== 'https:' && !isLocal)) found.fail(`verification_uri is ${own}`, answer)
    if (verificationUriComplete !== undefined) {
      // RFC 8628 section 3.3.1: the same address, with the code in it.
      const isOwn = URL.canParse(verificationUriComplete) && new URL(verificationUriComplete).host === new URL(own).host
      if (!isOwn) found.fail('verification_uri_complete leads to another host', answer)
      if (!bare(decodeURIComponent(verificationUriComplete)).includes(bare(userCode)))
        found.half('verification_uri_complete lacks the code', answer)
    }
    const forged: readonly Readonly<Record<string, string>>[] = [
      { host: ELSEWHERE },
      { 'x-forwarded-host': ELSEWHERE, 'x-forwarded-proto': 'http', 'x-forwarded-server': ELSEWHERE },
      { forwarded: `host=${ELSEWHERE};proto=http` },
    ]
    for (const headers of forged) {
      const got = await exam.ask(exam.clients.a, { headers })
      const links = ['verification_uri', 'verification_uri_complete', 'verification_url'].map((name) => textOf(got, name) ?? '')
      const named = Object.keys(headers)[0] ?? ''
      if (links.some((link) => link.includes(ELSEWHERE))) found.fail(`${named} decides where people are sent`, got)
      else if (textOf(got, 'verification_uri') !== undefined && textOf(got, 'verification_uri') !== own) {
        found.fail(`${named} changes verification_uri`, got)
      } else if (got.status >= 500) found.half(`${named} of another host is answered with ${got.status} ${errorOf(got) ?? ''}`, got)
    }
    return found.outcome('one address, whatever the headers say', answer)
  },
}
