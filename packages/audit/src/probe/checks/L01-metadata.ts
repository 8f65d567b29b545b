// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { DEVICE_CODE } from '../exam.ts'
import { gather } from '../outcome.ts'
import { listOf } from '../server.ts'
import { headerOf, textOf } from '../wire/exchange.ts'

/** Whether the server says what it can do, under its own name. */
export const metadata: Check = {
  id: 'L01',
  title: 'Metadata',
  weight: 2,
  needs: [],
  rule: 'DF-S25',
  axis: 'transport',
  severity: 'low',
  fix: 'Publish issuer, device_authorization_endpoint and the grant type in the metadata document (RFC 8414, RFC 8628 section 4).',
  run: async ({ server }) => {
    const found = gather()
    for (const { answer, url } of server.documents) {
      // RFC 8414 section 3.3: the issuer must be the one the document was asked for, letter by letter.
      if (textOf(answer, 'issuer')?.replace(/\/$/, '') !== server.issuer.replace(/\/$/, ''))
        found.fail(`the document at ${url} names another issuer`, answer)
      if (!/^application\/(?:[\w.]+\+)?json/.test(headerOf(answer, 'content-type')))
        found.half(`the document at ${url} is not served as JSON`, answer)
    }
    const seen = server.documents.map(({ answer }) => answer)
    if (server.metadata['device_authorization_endpoint'] === undefined) {
      // RFC 8628 section 4
      found.fail('no device_authorization_endpoint is named', ...seen)
    }
    if (!listOf(server, 'grant_types_supported').includes(DEVICE_CODE))
      found.fail('grant_types_supported does not list the device grant', ...seen)
    return found.outcome('issuer, endpoint and grant are published', ...seen)
  },
}
