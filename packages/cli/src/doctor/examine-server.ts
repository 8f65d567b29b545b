/** The authorization server of a URL: whether it is found, and whether its clock and ours agree. */
import { discover, type Runtime } from '@countersign/client'
import { failed, type Finding } from './finding.ts'

/** Servers allow a minute and less; the Date header counts in seconds. */
const APART_TOO_FAR = 60_000
const APART = 10_000

export async function examineServer(runtime: Runtime, url: string, signal: AbortSignal): Promise<readonly Finding[]> {
  const skews: number[] = []
  const fetch: Runtime['fetch'] = async (input, init) => {
    const sent = runtime.clock.now()
    const response = await runtime.fetch(input, init)
    const date = Date.parse(response.headers.get('date') ?? '')
    // RFC 9111 section 5.1: what a cache answers has the date of long ago.
    if (!Number.isNaN(date) && (response.headers.get('age') ?? '0') === '0') skews.push(date + 500 - (sent + runtime.clock.now()) / 2)
    return response
  }
  const findings: Finding[] = []
  try {
    const { issuer, resource } = await discover({ ...runtime, fetch }, url, { signal })
    const about = resource === undefined ? 'an authorization server' : `a resource (${resource})`
    findings.push({ check: 'discovery', status: 'ok', found: `${url}: ${about}; tokens come from ${issuer}` })
  } catch (error) {
    signal.throwIfAborted()
    findings.push(failed('discovery', error))
  }
  const skew = skews.at(-1)
  return skew === undefined ? findings : [...findings, clock(url, skew)]
}

function clock(url: string, skew: number): Finding {
  const seconds = Math.round(Math.abs(skew) / 1000)
  if (Math.abs(skew) < APART) return { check: 'clock', status: 'ok', found: `agrees with ${new URL(url).host}` }
  const found = `this clock is ${seconds} seconds ${skew > 0 ? 'behind' : 'ahead of'} that of ${new URL(url).host}`
  // RFC 9449 section 11.1: proofs are good for a short while around the time they name.
  const status = Math.abs(skew) < APART_TOO_FAR ? 'warning' : 'failed'
  return { check: 'clock', status, found, next: 'Set the clock of this machine; proofs and tokens depend on it.' }
}
