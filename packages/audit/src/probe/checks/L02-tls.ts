// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { gather, skipped } from '../outcome.ts'
import { textOf } from '../wire/exchange.ts'
import { isLoopback } from '../wire/consent.ts'
import { speaksOldTls } from '../wire/old-tls.ts'

/** Whether codes and tokens travel under TLS only (RFC 8628 section 3.1). */
export const tls: Check = {
  id: 'L02',
  title: 'TLS',
  weight: 4,
  needs: [],
  rule: 'DF-C13',
  axis: 'transport',
  severity: 'high',
  cap: 'D',
  fix: 'Serve every endpoint over https alone, with TLS 1.2 or newer; answer http with a redirect that carries nothing out.',
  run: async ({ server, clients, post, ca }) => {
    const endpoints = Object.entries(server.metadata).flatMap(([name, value]) =>
      /_(?:endpoint|uri)$/.test(name) && typeof value === 'string' && URL.canParse(value) ? [[name, value] as const] : [],
    )
    const plain = endpoints.filter(([, url]) => new URL(url).protocol === 'http:')
    if (new URL(server.issuer).protocol === 'http:' && isLoopback(new URL(server.issuer).hostname)) {
      return skipped('a server on loopback without TLS: nothing leaves this machine')
    }
    const found = gather()
    for (const [name, url] of plain) found.fail(`${name} is ${url}`)
    const device = textOf({ json: server.metadata }, 'device_authorization_endpoint')
    if (device === undefined) return found.outcome('every endpoint is https')
    const overHttp = new URL(device)
    overHttp.protocol = 'http:'
    try {
      const answer = await post(overHttp.href, clients.a, {})
      if (textOf(answer, 'device_code') !== undefined) found.fail('a code was given out over http', answer)
    } catch (error) {
      // Refusing to talk at all is the best answer. Everything else that stops us here is not the server's.
      if (error instanceof Error && /Budget|Consent|Interrupted/.test(error.name)) throw error
    }
    const old = await speaksOldTls(device.startsWith('https:') ? device : server.issuer, ca)
    if (old === true) found.fail('a connection with TLS 1.1 or older was accepted')
    if (old === undefined) found.note('this machine cannot ask for old versions of TLS')
    return found.outcome('https alone, and no old version of it')
  },
}
