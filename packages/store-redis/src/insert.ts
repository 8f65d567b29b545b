/**
 * Inserting a row whose id and lookups nobody else may have, wherever their keys lie.
 *
 * The script that writes the row decides: before it nothing of the row can be seen, after it everything can. It takes the lookups that lie
 * beside the row along. Those that lie elsewhere are taken before; whoever finds one in the way looks for its row. A living row keeps its
 * lookups. One that has ended, or never came, loses them, but only after SETTLE has made sure at the place of that row that it will not come
 * any more: of the script that writes a row and the script that refuses it one is first, and the other obeys. No clock is trusted with that;
 * waiting for a row on its way is politeness.
 */
import type { NewRow } from '@countersign/authority'
import { CountersignError, type EpochMilliseconds } from '@countersign/protocol'
import { type Held, type HintPorts, hintArguments, hold, inTheWay, keysOf, lookupText, placed, release, type Together } from './hints.ts'
import { endText, type Hint, hintIn, hintsIn, type Hints, hintsText, lifeText, rowIn } from './row-text.ts'
import { INSERT, SETTLE } from './scripts.ts'

export interface InsertPorts extends HintPorts {
  readonly now: () => EpochMilliseconds
  /** A text that was never given before, by no program. */
  readonly nonce: () => string
  readonly waitMs: number
}

/** A row on its way is waited for so long; then whoever inserts it is taken for dead. */
const POLITE_MS = 500
/** A row that was refused must never come, however long Redis was stopped with the command in its hands. */
const REFUSED_MS = 86_400_000

const NOWHERE: Together = { near: true, lookups: [], group: undefined }

/** `value`: as JSON. */
export type Insertion = Omit<NewRow, 'value'> & { readonly value: string }

export async function insert(ports: InsertPorts, row: Insertion): Promise<boolean> {
  const until = performance.now() + ports.waitMs
  /** Lookups that may be taken over, and from whom. */
  const over = new Map<string, string>()
  do {
    const outcome = await attempt(ports, row, over)
    if (typeof outcome === 'boolean') return outcome
    if (outcome !== 'refused' && (await ending(ports, row.kind, outcome, over)) === 'living') return false
  } while (performance.now() < until)
  throw new CountersignError('store_unavailable', `too many insert the same '${row.kind}' at once`, { hint: 'try again' })
}

type Outcome = boolean | 'refused' | readonly Held[]

async function attempt(ports: InsertPorts, row: Insertion, over: ReadonlyMap<string, string>): Promise<Outcome> {
  const { kind, id, lookups = [], group, expiresAt, value } = row
  const { connection, keys, now, nonce } = ports
  const at = now()
  if (lookups.length === 0 && group === undefined) {
    const text = `1 ${endText(expiresAt)}\n${value}`
    return (await connection.run(INSERT, [keys.row(kind, id)], at, text, lifeText(expiresAt, at), 2)) === 1
  }
  const hints = { nonce: nonce(), group, lookups }
  const hint = { nonce: hints.nonce, id }
  const cover = coverOf(hints, expiresAt, at)
  const life = lifeText(cover, at)
  const places = placed(ports, kind, id, hints)
  const near = places.find((together) => together.near) ?? NOWHERE
  const far = places.filter((together) => !together.near)

  const taking = await Promise.allSettled(far.map((together) => hold(ports, together, hint, life, over)))
  const failed = taking.find((each) => each.status === 'rejected')
  const held = taking.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  // Once the row was sent and no answer came, its hints stay: it may be there, or be about to come.
  const outcome = failed === undefined && held.length === 0 ? await write() : held
  if (outcome !== true) await release(ports, far, hint)
  if (failed !== undefined) throw failed.reason
  return outcome

  async function write(): Promise<Outcome> {
    const text = `1 ${endText(expiresAt)}${hintsText(hints, cover)}\n${value}`
    const refusal = far.length > 0 ? [keys.refusal(kind, id, hints.nonce)] : []
    const reply = await connection.run(
      INSERT,
      [keys.row(kind, id), ...refusal, ...keysOf(near)],
      at,
      text,
      lifeText(expiresAt, at),
      2 + refusal.length,
      life,
      ...hintArguments(near, hint, over),
    )
    if (reply === -1) return 'refused'
    return typeof reply === 'number' ? reply === 1 : inTheWay(near, reply)
  }
}

/**
 * Until when the hints surely live. A group is shared, so its life is set generously and seldom: rows that are made to live longer and longer
 * (a grant, with each refresh) then change no more than themselves.
 */
export function coverOf({ lookups }: Hints, end: EpochMilliseconds | undefined, now: EpochMilliseconds): EpochMilliseconds | undefined {
  return end === undefined || lookups.length > 0 ? end : end + Math.max(0, end - now)
}

/** Finds out whether what is in the way leads to living rows; if none does, what was in the way may be taken over. */
async function ending(
  ports: InsertPorts,
  kind: string,
  held: readonly Held[],
  over: Map<string, string>,
): Promise<'living' | 'look again'> {
  const found = await Promise.all(held.map((each) => look(ports, kind, each)))
  if (found.includes('living')) return 'living'
  const settled = await Promise.all(held.map(async (each, index) => (found[index] === 'gone' ? settle(ports, kind, each) : 'changed')))
  if (settled.includes('living')) return 'living'
  held.forEach(({ key, text }, index) => {
    if (settled[index] === 'gone') over.set(key, text)
  })
  return 'look again'
}

type Found = 'living' | 'gone' | 'changed'

async function look({ connection, keys, now }: InsertPorts, kind: string, { key, text }: Held): Promise<Found> {
  const hint = hintIn(text)
  const until = performance.now() + POLITE_MS
  for (;;) {
    const [row, holder] = await Promise.all([connection.ask('GET', keys.row(kind, hint.id)), connection.ask('GET', key)])
    const kept = typeof row === 'string' ? rowIn(row, hint.id) : undefined
    if (kept?.nonce === hint.nonce) return kept.end > now() ? 'living' : 'gone'
    if (holder !== text) return 'changed'
    if (!hint.ahead || performance.now() >= until) return 'gone'
    await new Promise((resolve) => setTimeout(resolve, 2 + Math.random() * 20))
  }
}

async function settle(ports: InsertPorts, kind: string, { text }: Held): Promise<Found> {
  const { connection, keys, now } = ports
  const { ahead, id, nonce } = hintIn(text)
  const reply = await connection.run(SETTLE, [keys.row(kind, id), keys.refusal(kind, id, nonce)], now(), nonce, ahead ? 1 : 0, REFUSED_MS)
  if (reply === 1) return 'living'
  const hints = typeof reply === 'string' ? hintsIn(reply) : undefined
  // What expired gives up all it held, not only what is wanted here.
  if (hints !== undefined) await release(ports, placed(ports, kind, id, hints), { nonce, id })
  return 'gone'
}

/** Makes the hints of a row live until a later moment, before the row does. */
export async function prolong(
  ports: InsertPorts,
  kind: string,
  id: string,
  hints: Hints,
  cover: EpochMilliseconds | undefined,
): Promise<void> {
  const hint: Omit<Hint, 'ahead'> = { nonce: hints.nonce, id }
  const life = lifeText(cover, ports.now())
  await Promise.all(
    placed(ports, kind, id, hints).map((together) => {
      // Written when keys of different places lay on one server, or the other way round: it is our own all the same.
      const own = new Map(together.lookups.map((key) => [key, lookupText({ near: !together.near }, hint)]))
      return hold(ports, together, hint, life, own)
    }),
  )
}
