/**
 * Which addresses a document may send this client to.
 * Invariant: nobody on the network can point a client at plain http or at a machine nearer than the one the person named
 * (RFC 9728 section 7.7). Names are judged as written; resolving them is the injected fetch's business.
 */
import { CountersignError, isLoopbackHost, isSecureUrl } from '@countersign/protocol'
import { quotedText, visibleText } from '../wire/text.ts'

/**
 * Key of a dangerous switch: `{ [allowPrivateAddresses]: true }` lets documents of public servers name private addresses.
 * A symbol, so that neither JSON nor an environment variable can set it.
 */
export const allowPrivateAddresses: unique symbol = Symbol('allowPrivateAddresses')

/** How near a host is: 0 on the internet, 1 in a private or link-local network, 2 this machine. */
type Nearness = 0 | 1 | 2

// After URL parsing an IPv4 address is four decimal numbers, however it was written (the ranges of the special-purpose address registry).
const privateIpv4 =
  /^(?:0|10|169\.254|192\.168|192\.0\.0|198\.1[89]|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])|22[4-9]|2[345]\d)\.[\d.]+$/
const privateIpv6 = /^\[(?:::|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*|ff[0-9a-f]{2}:.*|64:ff9b:.*)\]$/

function nearness(host: string): Nearness {
  // The dot that ends a fully qualified name changes nothing about where it leads.
  const hostname = host.replace(/\.$/, '')
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname)
  if (mapped !== null) {
    const [high = 0, low = 0] = mapped.slice(1).map((group) => Number.parseInt(group, 16))
    return nearness([high >> 8, high & 255, low >> 8, low & 255].join('.'))
  }
  if (isLoopbackHost(hostname)) return 2
  const named = /\.(?:local|internal|home\.arpa)$/.test(hostname)
  return named || privateIpv4.test(hostname) || privateIpv6.test(hostname) ? 1 : 0
}

/**
 * The address a person typed or configured: https, or http to this machine.
 * @throws CountersignError `usage` when it is no URL, `insecure_url` when it is plain http
 */
export function givenAddress(text: string): URL {
  if (!URL.canParse(text)) {
    throw new CountersignError('usage', `not a URL: ${quotedText(text) ?? ''}`, { hint: 'Give the whole address, with https://.' })
  }
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw new CountersignError('usage', 'the URL must not hold a user name or password')
  if (!isSecureUrl(url)) throw new CountersignError('insecure_url', `not an https URL: ${quotedText(text) ?? ''}`, { hint: 'Use https.' })
  return url
}

/**
 * An address found in a document or header.
 * @param member what named it, for the message
 * @param given the address that led here
 * @throws CountersignError `insecure_url` when it is not https, or nearer to this machine than what was given
 */
export function learntAddress(text: string, member: string, given: URL, allowPrivate: boolean): URL {
  // URL parsing forgives invisible characters; what is compared and shown later is the text.
  if (!URL.canParse(text) || visibleText(text) !== text) throw new CountersignError('discovery_failed', `${member} is not a URL`)
  const url = new URL(text)
  const shown = quotedText(text) ?? ''
  if (!isSecureUrl(url) || url.username !== '' || url.password !== '') {
    throw new CountersignError('insecure_url', `${member} is not an https URL: ${shown}`, { hint: 'Tell the operator of the server.' })
  }
  if (!allowPrivate && nearness(url.hostname) > nearness(given.hostname)) {
    throw new CountersignError('insecure_url', `${member} points into a private network: ${shown}`, {
      hint: 'If the server is meant to be inside, name it by its inside address.',
    })
  }
  return url
}
