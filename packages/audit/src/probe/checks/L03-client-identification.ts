// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { described, errorOf } from '../exam.ts'
import { gather } from '../outcome.ts'
import { endpointOf } from '../server.ts'
import { textOf } from '../wire/exchange.ts'

/** Whether only known clients get codes (RFC 8628 section 3.1: client_id is required). */
export const clientIdentification: Check = {
  id: 'L03',
  title: 'Client identification',
  weight: 2,
  needs: [],
  rule: 'L03',
  axis: 'codes',
  severity: 'medium',
  fix: 'Refuse device authorization requests without a client_id (invalid_request) or with one nobody registered (invalid_client).',
  run: async ({ server, post }) => {
    const found = gather()
    const endpoint = endpointOf(server, 'device_authorization_endpoint') ?? ''
    const asked = [
      ['no client_id', await post(endpoint, undefined, {})],
      ['a client_id nobody registered', await post(endpoint, { id: 'countersign-probe-nobody-7f3a' }, {})],
    ] as const
    for (const [how, answer] of asked) {
      if (textOf(answer, 'device_code') !== undefined) found.fail(`a code was given out for ${how}`, answer)
      else if (answer.status >= 500 || !/^(?:invalid_(?:request|client)|unauthorized_client)$/.test(errorOf(answer) ?? '')) {
        found.half(`${how} was answered with ${described(answer)}`, answer)
      }
    }
    return found.outcome('codes are for known clients alone', ...asked.map(([, answer]) => answer))
  },
}
