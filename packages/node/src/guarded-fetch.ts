/**
 * Fetching documents from addresses that strangers chose, without lending them this machine's place in the network (RFC 6890, CIMD draft
 * sections 6.5 and 6.6). Invariant: a connection is only ever opened to an address that was looked at first, and nothing follows by itself.
 */
import { lookup } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { CountersignError, type FetchDocument, type FetchedDocument } from '@countersign/protocol'
import { isLoopbackAddress, isPublicAddress } from './special-use-addresses.ts'

/** Lets documents be read from this very machine: for development. A symbol, so that no configuration file can say it. */
export const allowLoopback: unique symbol = Symbol('allowLoopback')

export interface GuardedFetchOptions {
  /** All addresses of a host; the resolver of the system unless given. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
  /** Milliseconds for the whole of it, from the first question to the last byte; 5000 unless given. */
  readonly timeout?: number
  /** Certificates (PEM) to trust instead of the usual ones. */
  readonly ca?: string
  readonly [allowLoopback]?: boolean
}

const TIMEOUT_MS = 5000
const LONGEST_BODY = 5 * 1024
const LONGEST_HEADERS = 8 * 1024

/** A fetch that may be given addresses from anybody. Its errors are for the operator: they say what this machine met. */
export function guardedFetch(options: GuardedFetchOptions = {}): FetchDocument {
  const { resolve = systemAddresses, timeout = TIMEOUT_MS } = options
  const isAllowed = (address: string) => isPublicAddress(address) || (options[allowLoopback] === true && isLoopbackAddress(address))
  return async (text) => {
    const url = new URL(text)
    if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') throw failure(url, 'only https addresses are fetched')
    const signal = AbortSignal.timeout(timeout)
    try {
      const host = url.hostname.replace(/^\[|\]$/g, '')
      const addresses = isIP(host) === 0 ? await before(signal, resolve(host)) : [host]
      // One inner address among several is one too many: which of them is used would be left to chance.
      if (addresses.length === 0 || !addresses.every(isAllowed)) throw failure(url, 'the host is not at a public address')
      return await readAnswer(url, await before(signal, open(url, addresses, signal, options.ca)))
    } catch (cause) {
      if (cause instanceof CountersignError) throw cause
      throw failure(url, signal.aborted ? `there was no whole answer within ${timeout} ms` : 'there was no answer', cause)
    }
  }
}

async function systemAddresses(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

/** Sends the request to the vetted addresses, and ends it with the signal; the name is not resolved again, and still is what the certificate has to be for. */
function open(url: URL, addresses: readonly string[], signal: AbortSignal, ca: string | undefined): Promise<IncomingMessage> {
  const vetted = addresses.map((address) => ({ address, family: isIP(address) }))
  const pinned: LookupFunction = (_, { all }, done) => {
    const [first] = vetted
    if (all === true) done(null, vetted)
    else done(null, first?.address ?? '', first?.family)
  }
  const headers = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'countersign' }
  return new Promise((resolve, reject) => {
    request(url, {
      headers,
      signal,
      lookup: pinned,
      // Of its own: a connection somebody else left open was vetted for somebody else.
      agent: false,
      maxHeaderSize: LONGEST_HEADERS,
      ...(ca === undefined ? {} : { ca }),
    })
      .on('response', resolve)
      .on('error', reject)
      .end()
  })
}

async function readAnswer(url: URL, answer: IncomingMessage): Promise<FetchedDocument> {
  const { statusCode: status = 0, headers } = answer
  const told = { status, contentType: headers['content-type'] ?? '', cacheControl: headers['cache-control'] ?? '' }
  try {
    // Errors and redirects are told by their status; what they say besides is of no use.
    if (status !== 200) return { ...told, body: '' }
    // Packed content could be any size once unpacked, and was not asked for.
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw failure(url, 'the answer is encoded')
    return { ...told, body: new TextDecoder('utf-8', { fatal: true }).decode(await bytesOf(url, answer)) }
  } finally {
    answer.destroy()
  }
}

async function bytesOf(url: URL, answer: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > LONGEST_BODY) throw failure(url, `the answer is longer than ${LONGEST_BODY} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The same promise, or the end of the time it has. */
function before<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    promise.then(resolve, reject)
  })
}

function failure(url: URL, why: string, cause?: unknown): CountersignError {
  const shown = `${url.host}: ${why}`
  return new CountersignError('network_failure', shown, cause === undefined ? {} : { cause })
}
