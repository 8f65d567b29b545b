/**
 * Which addresses of the internet are for everybody, and which mean something only where one stands (RFC 6890 and the registries that
 * follow it). Invariant: what is not known to be public is not.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** IPv4 that is not globally reachable unicast. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  // Relays of 6to4: whatever is behind them is another network (RFC 7526).
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Public by its number, inside by nature: the platform service that every Azure machine reaches here.
  '168.63.129.16/32',
] as const

/** The unicast that has been given out. Loopback, ULA, link-local, multicast, IPv4-mapped and the NAT64 prefixes all lie outside. */
const GLOBAL_IPV6 = '2000::/3'
/** Inside it, what carries another address within (Teredo, 6to4) or is nobody's. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const

const ipv4 = listOf(SPECIAL_IPV4, 'ipv4')
const ipv6 = listOf(SPECIAL_IPV6, 'ipv6')
const ipv6Global = listOf([GLOBAL_IPV6], 'ipv6')

/** An interface identifier that holds an IPv4 address for a tunnel (RFC 5214 section 6.1). */
const isatap = /:(?:0?200|0{0,4}):5efe:/i

/** Whether anybody may be sent to this address: a globally reachable unicast one. Text that is no address, or has a zone, is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !ipv4.check(address)
  if (!isIPv6(address) || address.includes('%')) return false
  return ipv6Global.check(address, 'ipv6') && !ipv6.check(address, 'ipv6') && !isatap.test(address)
}

/** Whether the address never leaves this machine. */
export function isLoopbackAddress(address: string): boolean {
  return isIPv4(address) ? address.startsWith('127.') : /^(?:0{0,4}:){2,7}0{0,3}1$/.test(address)
}

function listOf(subnets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', bits] = subnet.split('/')
    list.addSubnet(network, Number(bits), family)
  }
  return list
}
