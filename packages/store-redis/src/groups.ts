/**
 * Groups: which rows there may be, oldest first. A group is a hint like every other, so each member is looked up, and counts while the row
 * has its nonce. Members that lead nowhere are taken out when a group is listed, and at a sweep where rows were added.
 */
import type { Row } from '@countersign/authority'
import type { EpochMilliseconds } from '@countersign/protocol'
import type { Connection } from './connection.ts'
import { memberText } from './hints.ts'
import type { KeyNames } from './names.ts'
import { hintIn, type KeptRow, rowIn } from './row-text.ts'
import { PAGE, PRUNE } from './scripts.ts'

export interface GroupPorts {
  readonly connection: Connection
  readonly keys: KeyNames
  readonly now: () => EpochMilliseconds
}

/** Rows looked up at once. */
const STEP = 200
/** A member without a row is left alone for so long: its row may be on its way. Far longer than a move can take. */
export const YOUNG_MS = 600_000

export async function list(
  ports: GroupPorts,
  kind: string,
  group: string,
  limit: number,
  after: string | undefined,
): Promise<readonly Row[]> {
  const { connection, keys } = ports
  const key = keys.group(kind, group)
  const page: Row[] = []
  const astray: string[] = []
  let behind = after === undefined ? '' : await memberOf(ports, kind, after)
  let number = ''
  while (page.length < limit) {
    const step = Math.min(STEP, limit - page.length)
    const reply = (await connection.run(PAGE, [key], behind, number, step)) as readonly string[]
    const members = reply.filter((_, at) => at % 2 === 0)
    const rows = await Promise.all(members.map((member) => rowOf(ports, kind, member)))
    members.forEach((member, at) => {
      const row = rows[at]
      if (row === undefined) astray.push(member)
      else page.push(row)
    })
    if (members.length < step) break
    behind = ''
    number = String(reply.at(-1))
  }
  if (astray.length > 0) await prune(ports, key, astray).catch(() => undefined)
  return page
}

/** The member a row is in its group; empty when it cannot be told, and then the list starts from the oldest. */
async function memberOf({ connection, keys }: GroupPorts, kind: string, id: string): Promise<string> {
  const text = await connection.ask('GET', keys.row(kind, id))
  const nonce = typeof text === 'string' ? rowIn(text, id).nonce : undefined
  return nonce === undefined ? '' : memberText({ nonce, id })
}

/** The living row a member leads to. */
async function rowOf({ connection, keys, now }: GroupPorts, kind: string, member: string): Promise<Row | undefined> {
  const { id, nonce } = hintIn(member)
  const text = await connection.ask('GET', keys.row(kind, id))
  if (typeof text !== 'string') return undefined
  const kept: KeptRow = rowIn(text, id)
  return kept.nonce === nonce && now() < kept.end ? kept.row : undefined
}

async function prune({ connection }: GroupPorts, key: string, members: readonly string[]): Promise<number> {
  return Number(await connection.run(PRUNE, [key], YOUNG_MS, ...members))
}

/** Groups that rows were added to since they were last swept, and which kind they are of. */
export type Grown = Map<string, string>

/** More than this at once are not remembered; they are swept when they grow again. */
const MOST_GROWN = 1000
const SAMPLE = 32

export function remember(grown: Grown, key: string, kind: string): void {
  if (grown.size < MOST_GROWN) grown.set(key, kind)
}

/**
 * Looks at some members of groups that have grown, at random, and takes out those that lead nowhere; tells how many. A group in which many
 * did is looked at again next time, so what leads nowhere stays the smaller part of it.
 */
export async function sweepGroups(ports: GroupPorts, grown: Grown, limit: number): Promise<number> {
  let freed = 0
  for (const [key, kind] of grown) {
    const sample = Math.min(SAMPLE, limit - freed)
    if (sample <= 0) break
    const members = (await ports.connection.ask('ZRANDMEMBER', key, sample)) as readonly string[]
    const rows = await Promise.all(members.map((member) => rowOf(ports, kind, member)))
    const astray = members.filter((_, at) => rows[at] === undefined)
    const pruned = astray.length === 0 ? 0 : await prune(ports, key, astray)
    freed += pruned
    if (pruned * 4 < sample) grown.delete(key)
  }
  return freed
}
