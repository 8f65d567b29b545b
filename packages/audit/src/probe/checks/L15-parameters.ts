// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { DEVICE_CODE, described, errorOf, hasTokens, isWaiting } from '../exam.ts'
import { identified } from '../clients.ts'
import { gather } from '../outcome.ts'
import type { Answer } from '../wire/exchange.ts'

const FORM = 'application/x-www-form-urlencoded'

/** Whether secrets are taken from bodies alone, and each parameter once (RFC 6749 sections 3.2 and 4.1.3). */
export const parameters: Check = {
  id: 'L15',
  title: 'Transport of parameters',
  weight: 2,
  needs: [],
  rule: 'DF-C22',
  axis: 'transport',
  severity: 'medium',
  fix: 'Take token requests by POST with a form body alone; refuse parameters that come twice with invalid_request.',
  run: async (exam) => {
    const found = gather()
    const { deviceCode } = await exam.open()
    const url = exam.tokenEndpoint()
    const who = identified(exam.clients.a)
    const whole = new URLSearchParams({ grant_type: DEVICE_CODE, device_code: deviceCode, ...who.form })
    const rest = new URLSearchParams({ grant_type: DEVICE_CODE, ...who.form })
    const decoy = (first: string, second: string) => {
      const twice = new URLSearchParams(rest)
      twice.append('device_code', first)
      twice.append('device_code', second)
      return twice.toString()
    }
    const post = (address: string, body: string, type = FORM) =>
      exam.wire.send({ method: 'POST', url: address, headers: { 'content-type': type, accept: 'application/json', ...who.headers }, body })
    const wasTaken = (answer: Answer) => hasTokens(answer) || isWaiting(errorOf(answer))
    const tried = [
      ['by GET', await exam.wire.send({ url: `${url}?${whole}`, headers: { accept: 'application/json', ...who.headers } })],
      ['with the code in the address', await post(`${url}?${new URLSearchParams({ device_code: deviceCode })}`, rest.toString())],
      ['with two codes, the second one right', await post(url, decoy('countersign-probe', deviceCode))],
      ['with two codes, the first one right', await post(url, decoy(deviceCode, 'countersign-probe'))],
    ] as const
    for (const [how, answer] of tried) {
      if (wasTaken(answer)) found.fail(`a token request ${how} was taken`, answer)
      else if (answer.status >= 500) found.half(`a token request ${how} was answered with ${described(answer)}`, answer)
    }
    const json = await post(url, JSON.stringify(Object.fromEntries(whole)), 'application/json')
    if (wasTaken(json)) found.note('a token request in JSON was taken, which is not in the standard')
    return found.outcome('a form body, and each parameter once', ...tried.map(([, answer]) => answer))
  },
}
