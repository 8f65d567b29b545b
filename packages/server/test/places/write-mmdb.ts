/** Makes small files in the MaxMind DB format (version 2.0 of its specification), so that no foreign database lies in the repository. */
import { isIPv4 } from 'node:net'

type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value }

export interface MmdbOptions {
  readonly recordSize?: 24 | 28 | 32
  readonly ipVersion?: 4 | 6
  readonly majorVersion?: number
}

/** A node of the search tree: what each bit leads to. */
interface Node {
  readonly branches: [Branch, Branch]
  index: number
}
type Branch = Node | { readonly offset: number } | undefined

/** `networks`: each network in CIDR notation with its record; later ones win over earlier, wider ones. */
export function writeMmdb(
  networks: Readonly<Record<string, Value>>,
  { ipVersion = 6, majorVersion = 2, recordSize = 28 }: MmdbOptions = {},
): Buffer {
  const root: Node = { branches: [undefined, undefined], index: 0 }
  const values: Buffer[] = []
  let offset = 0
  for (const [network, value] of Object.entries(networks)) {
    const encoded = encode(value)
    insert(root, bitsOf(network, ipVersion), { offset })
    values.push(encoded)
    offset += encoded.length
  }
  const nodes = flatten(root)
  const recordOf = (branch: Branch): number => {
    if (branch === undefined) return nodes.length
    return 'offset' in branch ? nodes.length + 16 + branch.offset : branch.index
  }
  const tree = nodes.map(({ branches: [left, right] }) => pack(recordOf(left), recordOf(right), recordSize))
  const metadata: Record<string, Value> = {
    binary_format_major_version: majorVersion,
    binary_format_minor_version: 0,
    build_epoch: 1_800_000_000,
    database_type: 'Test-City',
    description: { en: 'for tests' },
    ip_version: ipVersion,
    languages: ['en'],
    node_count: nodes.length,
    record_size: recordSize,
  }
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')])
  return Buffer.concat([...tree, Buffer.alloc(16), ...values, marker, encode(metadata)])
}

function insert(root: Node, bits: readonly (0 | 1)[], leaf: { readonly offset: number }): void {
  let node = root
  for (const [depth, bit] of bits.entries()) {
    if (depth === bits.length - 1) {
      node.branches[bit] = leaf
      return
    }
    const before = node.branches[bit]
    const next: Node = before !== undefined && 'branches' in before ? before : { branches: [before, before], index: 0 }
    node.branches[bit] = next
    node = next
  }
}

function flatten(root: Node): readonly Node[] {
  const nodes: Node[] = []
  const visit = (node: Node) => {
    node.index = nodes.push(node) - 1
    for (const branch of node.branches) if (branch !== undefined && 'branches' in branch) visit(branch)
  }
  visit(root)
  return nodes
}

function pack(left: number, right: number, recordSize: number): Buffer {
  const bytes = Buffer.alloc(recordSize / 4)
  if (recordSize === 28) {
    bytes.writeUIntBE(left & 0xff_ffff, 0, 3)
    bytes.writeUInt8(((left >>> 24) << 4) | (right >>> 24), 3)
    bytes.writeUIntBE(right & 0xff_ffff, 4, 3)
    return bytes
  }
  bytes.writeUIntBE(left, 0, recordSize / 8)
  bytes.writeUIntBE(right, recordSize / 8, recordSize / 8)
  return bytes
}

/** In a tree for both versions an IPv4 network lies below ::/96. */
function bitsOf(network: string, ipVersion: 4 | 6): (0 | 1)[] {
  const [address = '', length = ''] = network.split('/')
  const isV4 = isIPv4(address)
  const bytes = isV4 ? address.split('.').map(Number) : groupsOf(address).flatMap((group) => [group >> 8, group & 255])
  const bits = bytes.flatMap((byte) => Array.from({ length: 8 }, (_, index) => ((byte >> (7 - index)) & 1) as 0 | 1))
  const below = isV4 && ipVersion === 6 ? Array<0>(96).fill(0) : []
  return [...below, ...bits.slice(0, Number(length))]
}

function groupsOf(address: string): number[] {
  const [left = [], right = []] = address
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16))))
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'boolean') return control(14, value ? 1 : 0)
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return Buffer.concat([control(6, 4), bytes])
  }
  if (isList(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)])
  const entries = Object.entries(value)
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([name, each]) => [encode(name), encode(each)])])
}

/** Type and size; types above 7 take a second byte, sizes from 29 on a further one. */
function control(type: number, size: number): Buffer {
  const short = Math.min(size, 29)
  const head = type <= 7 ? [(type << 5) | short] : [short, type - 7]
  return Buffer.from(size < 29 ? head : [...head, size - 29])
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}
