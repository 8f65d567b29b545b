/**
 * What leads to a row from elsewhere: lookups and a group. Hints that lie where the row lies are written by the script that writes the row.
 * All others are taken before it, each place by one script, and given back when the row cannot be inserted. What decides is the row alone:
 * a hint counts while a living row has its nonce, so one that was left behind leads nowhere and can be taken over (insert.ts).
 */
import type { Connection } from './connection.ts'
import { type KeyNames, tagOf } from './names.ts'
import { type Hint, type Hints, hintText } from './row-text.ts'
import { HOLD, RELEASE } from './scripts.ts'

/** Hints that lie in one place. */
export interface Together {
  /** Whether the row lies there, too. */
  readonly near: boolean
  /** Keys. */
  readonly lookups: readonly string[]
  readonly group: string | undefined
}

/** A key that is held, and by whom. */
export interface Held {
  readonly key: string
  readonly text: string
}

export interface HintPorts {
  readonly connection: Connection
  readonly keys: KeyNames
  /** Whether keys of different places may lie on different servers. */
  readonly spread: boolean
}

/** The hints of a row by where they lie. */
export function placed({ keys, spread }: HintPorts, kind: string, id: string, { group, lookups }: Hints): readonly Together[] {
  const home = tagOf(id)
  const places = new Map<string, { lookups: Set<string>; group: string | undefined }>()
  const at = (name: string) => {
    const place = spread ? tagOf(name) : home
    const found = places.get(place) ?? { lookups: new Set(), group: undefined }
    places.set(place, found)
    return found
  }
  for (const name of lookups) at(name).lookups.add(keys.lookup(kind, name))
  if (group !== undefined) at(group).group = keys.group(kind, group)
  return [...places].map(([place, found]) => ({ near: place === home, lookups: [...found.lookups], group: found.group }))
}

export function keysOf({ group, lookups }: Together): string[] {
  return group === undefined ? [...lookups] : [...lookups, group]
}

/** The text in a lookup there. */
export function lookupText({ near }: Pick<Together, 'near'>, { nonce, id }: Omit<Hint, 'ahead'>): string {
  return hintText({ nonce, id, ahead: !near })
}

/** The text in a group: one for every place, since it is what the group is sorted under. */
export function memberText({ nonce, id }: Omit<Hint, 'ahead'>): string {
  return hintText({ nonce, id, ahead: false })
}

/** What follows a script's own arguments when it is to take hints: how many, with which texts, and over whom. */
export function hintArguments(together: Together, hint: Omit<Hint, 'ahead'>, over: ReadonlyMap<string, string>): (string | number)[] {
  const { lookups } = together
  return [lookups.length, lookupText(together, hint), memberText(hint), ...lookups.map((key) => over.get(key) ?? '')]
}

/** What a script found in the way, by key. */
export function inTheWay({ lookups }: Together, reply: unknown): readonly Held[] {
  const found = Array.isArray(reply) ? (reply as (string | number)[]) : []
  return found.flatMap((text, at) => (at % 2 === 0 ? [] : [{ key: lookups[Number(found[at - 1])] ?? '', text: String(text) }]))
}

/** Takes the hints of one place, all or none; gives what is in the way. `life`: as `lifeText` has it. */
export async function hold(
  { connection }: HintPorts,
  together: Together,
  hint: Omit<Hint, 'ahead'>,
  life: string,
  over: ReadonlyMap<string, string>,
): Promise<readonly Held[]> {
  return inTheWay(together, await connection.run(HOLD, keysOf(together), life, ...hintArguments(together, hint, over)))
}

/** Gives hints back. They lead nowhere any more, so it matters to space only, and that it fails to nobody. */
export async function release({ connection }: HintPorts, places: readonly Together[], hint: Omit<Hint, 'ahead'>): Promise<void> {
  await Promise.allSettled(
    places.map((together) =>
      connection.run(RELEASE, keysOf(together), together.lookups.length, lookupText(together, hint), memberText(hint)),
    ),
  )
}
