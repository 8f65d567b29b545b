/**
 * Who is at the other end, behind proxies too.
 * Invariant: a forwarded address counts only when a trusted proxy wrote it (RFC 9700 section 4.13); what a stranger claims never does.
 */
import { BlockList, isIP, isIPv4, isIPv6, SocketAddress } from 'node:net'
import { CountersignError } from '@countersign/protocol'

/** The peer's address, given the socket's and the X-Forwarded-For lines joined in order; empty when it cannot be known. */
export type PeerAddress = (socketAddress: string | undefined, forwardedFor: string) => string

const MAPPED = '::ffff:'

/** The one spelling of an IP address: no zone, no port, IPv4 as IPv4; `undefined` for other text. */
export function normaliseAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
  const address = bare.replace(/%.*$/, '')
  if (isIP(address) !== 6) return isIP(address) === 4 ? address : undefined
  const { address: shortest } = new SocketAddress({ address, family: 'ipv6' })
  return shortest.startsWith(MAPPED) && shortest.includes('.') ? shortest.slice(MAPPED.length) : shortest
}

/**
 * Reads the list of trusted proxies: addresses, networks (`10.0.0.0/8`), or `loopback`.
 * @throws CountersignError `configuration_invalid` for anything else, and for a network that holds every address
 */
export function peerAddressBehind(trustedProxies: readonly string[]): PeerAddress {
  const trusted = trustedNetworks(trustedProxies)
  // The nearest proxy is the same in most requests, and asking the list costs as much as all else that is done here.
  let last = { address: '', isTrusted: false }
  const isTrusted = (address: string) => {
    if (last.address !== address) last = { address, isTrusted: trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') }
    return last.isTrusted
  }
  return (socketAddress, forwardedFor) => {
    let peer = addressOfSocket(socketAddress)
    let unread = forwardedFor
    // From the right, where the nearest proxy wrote: each entry is believed only because the one who wrote it is trusted.
    while (unread !== '' && peer !== '' && isTrusted(peer)) {
      const comma = unread.lastIndexOf(',')
      const address = normaliseAddress(unread.slice(comma + 1).trim())
      if (address === undefined) break
      peer = address
      unread = unread.slice(0, Math.max(comma, 0))
    }
    return peer
  }
}

/** The operating system spells addresses in one way already: only the zone and the IPv4-in-IPv6 form need care. */
function addressOfSocket(address = ''): string {
  const zone = address.indexOf('%')
  const bare = zone < 0 ? address : address.slice(0, zone)
  return bare.startsWith(MAPPED) ? bare.slice(MAPPED.length) : bare
}

function trustedNetworks(entries: readonly string[]): BlockList {
  const networks = new BlockList()
  for (const entry of entries.flatMap((one) => (one === 'loopback' ? ['127.0.0.0/8', '::1'] : [one]))) {
    const [network = '', length, ...more] = entry.split('/')
    const family = isIPv6(network) ? 'ipv6' : 'ipv4'
    const bits = family === 'ipv6' ? 128 : 32
    const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN
    if (isIP(network) === 0 || more.length > 0 || !(prefix <= bits)) {
      throw invalid(`trusted proxy '${entry}' is neither an address nor a network`, "Write it like '10.0.0.7', '10.0.0.0/8' or 'loopback'.")
    }
    // Whoever trusts everybody takes the address that the peer makes up.
    if (prefix === 0) throw invalid(`trusted proxy '${entry}' holds every address`, 'Name the network that the proxy is in.')
    networks.addSubnet(network, prefix, family)
  }
  return networks
}

function invalid(message: string, hint: string): CountersignError {
  return new CountersignError('configuration_invalid', message, { hint })
}
