/**
 * The only way to the server: paced, counted, written down. What has to arrive together is held back on its own connections and let go at once.
 * Invariant: nothing is sent to a machine that the person who probes has not called their own, and nothing beyond the budget.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Sleep } from '../runtime.ts'
import { ConsentError } from './consent.ts'
import { type Answer, answerTo, openRequest, type Sent } from './exchange.ts'
import { openTranscript, type Transcript } from './transcript.ts'

/** No request is left: what did not run yet does not run. */
export class BudgetError extends Error {
  override readonly name = 'BudgetError'
}

/** Somebody ended the probe. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
  constructor() {
    super('the probe was interrupted')
  }
}

export interface WireOptions {
  readonly clock: { readonly now: () => number }
  readonly sleep: Sleep
  /** Requests at most. */
  readonly budget: number
  /** Milliseconds between two requests at least; what a check lets go early is not slowed down. */
  readonly gap: number
  /** @throws ConsentError for a machine that is not theirs who started this */
  readonly consent: (hostname: string) => void
  readonly ca?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Wire {
  readonly transcript: Transcript
  /** Says which check asks from now on. */
  readonly asks: (check: string) => void
  /** `early`: at once, because it is about what comes too soon. */
  readonly send: (sent: Partial<Sent> & Pick<Sent, 'url'>, early?: boolean) => Promise<Answer>
  /** Sends all of them on connections of their own, warmed up, and lets the last byte of each go at the same moment. */
  readonly sendTogether: (sent: Sent, times: number) => Promise<readonly Answer[]>
  readonly left: () => number
  readonly close: () => void
}

/** @throws ConsentError, BudgetError, InterruptedError from what it sends */
export function openWire({ clock, sleep, budget, gap, consent, ca, signal }: WireOptions): Wire {
  const transcript = openTranscript()
  const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) }
  const began = clock.now()
  let check = 'setup'
  let spent = 0
  let last = Number.NEGATIVE_INFINITY

  function spend(url: string, requests: number): void {
    const { hostname, protocol } = new URL(url)
    if (!/^https?:$/.test(protocol)) throw new ConsentError(`only http and https addresses are probed, not ${protocol}`)
    consent(hostname)
    if (signal?.aborted === true) throw new InterruptedError()
    if (spent + requests > budget) throw new BudgetError(`all ${budget} requests are spent`)
    spent += requests
  }

  async function exchange(sent: Sent): Promise<Answer> {
    try {
      const agent = agents[new URL(sent.url).protocol as keyof typeof agents]
      const request = openRequest(sent, { ca, agent })
      request.end(sent.body)
      return kept(sent, await answerTo(request))
    } catch (error) {
      transcript.record(check, clock.now() - began, sent, undefined, String(error))
      throw error
    }
  }

  const kept = (sent: Sent, answer: Omit<Answer, 'step'>): Answer => ({
    ...answer,
    step: transcript.record(check, clock.now() - began, sent, answer),
  })

  return {
    transcript,
    asks: (name) => {
      check = name
    },
    send: async (partial, early = false) => {
      const sent = { method: 'GET', headers: {}, body: '', ...partial }
      spend(sent.url, 1)
      if (!early) {
        const wait = last + gap - clock.now()
        if (wait > 0) await sleep(wait)
      }
      last = clock.now()
      return exchange(sent)
    },
    sendTogether: async (sent, times) => {
      spend(sent.url, times)
      const requests = Array.from({ length: times }, () => {
        const { protocol } = new URL(sent.url)
        const agent = protocol === 'https:' ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false })
        const length = String(Buffer.byteLength(sent.body))
        const request = openRequest({ ...sent, headers: { ...sent.headers, 'content-length': length } }, { ca, agent })
        const answer = answerTo(request)
        answer.catch(() => undefined)
        const warm = new Promise<void>((resolve, reject) => {
          request.once('error', reject)
          request.write(sent.body.slice(0, -1), () => resolve())
        })
        return { request, answer, warm }
      })
      await Promise.all(requests.map(({ warm }) => warm))
      for (const { request } of requests) request.end(sent.body.slice(-1))
      last = clock.now()
      const answers = await Promise.all(requests.map(({ answer }) => answer))
      return answers.map((answer) => kept(sent, answer))
    },
    left: () => budget - spent,
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}
