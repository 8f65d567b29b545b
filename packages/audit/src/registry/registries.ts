/** The registries of clients in a target: which of its texts hold one, and what stands in them. */
import { isTest } from '../collect/text-files.ts'
import { lineOf, type Spot } from '../neutral/spot.ts'
import type { Node } from '../neutral/tree.ts'
import { clientsIn, type RegisteredClient } from './clients.ts'
import { readSql } from './sql.ts'
import { readToml } from './toml.ts'
import { type Read, readJson, readYaml } from './yaml.ts'

export interface Registry {
  readonly path: string
  readonly clients: readonly RegisteredClient[]
  /** Those of them that may use the device grant. */
  readonly withDeviceGrant: readonly RegisteredClient[]
}

export interface Registries {
  readonly registries: readonly Registry[]
  /** What was read, and what could not be. */
  readonly notes: readonly string[]
}

/** A registry is written by people: exports of large ones stay below this. */
const MOST_LETTERS = 1_000_000
const MOST_LETTERS_IN_ALL = 4_000_000
const MOST_JUDGED = 200
const SPEAKS_OF_DEVICES = /device[_.-]?(?:code|authorization|auth|flow|grant)|grant-type:device|device\/callback/i
/** A member, or a column, of which one looks at the value: `grant_types:`, `"Permissions" :`, `deviceFlowEnabled = `, `redirectURIs:`. */
const LISTS_GRANTS =
  /(?:grant[_-]?types?|grants|flows|permissions|device[\w.-]{0,40}enabled|device[_-]?flow|redirect[_-]?uris)["'`\\]*\s*[:=,)]/i
const SPEAKS_OF_CLIENTS = /client|application/i
const EVERYTHING = /grants?(?:[_-]?types?)?["']?\s*[:=]\s*(?:\[\s*|-\s*)?["']?\*/i
/** Describes the messages of an API, with clients as examples. */
const IS_API = /^[\s{]{0,20}["']?(?:openapi|swagger)["']?\s*:/m
/** What is on somebody's own machine, shows how it is done, or only speaks of it in many languages, guards nothing. */
const NOT_MEANT =
  /(?:^|[/._-])(?:examples?|samples?|demos?|playground|docs?|dev|develop(?:ment)?|local(?:host)?|sandbox|quickstart|i18n|locales?|translations?|messages|snapshots)(?:[/._-]|$)/i

const mayHoldClients = (text: string): boolean =>
  LISTS_GRANTS.test(text) && SPEAKS_OF_CLIENTS.test(text) && (SPEAKS_OF_DEVICES.test(text) || EVERYTHING.test(text)) && !IS_API.test(text)

/** The registries in which a client has the device grant, by name or because it has every grant. */
export function registriesIn(texts: ReadonlyMap<string, string>): Registries {
  const registries: Registry[] = []
  const notes: string[] = []
  let left = MOST_LETTERS_IN_ALL
  for (const [path, text] of texts) {
    const read = readerOf(path)
    if (read === undefined || isTest(path) || NOT_MEANT.test(path) || !mayHoldClients(text)) continue
    if (text.length > MOST_LETTERS || text.length > left) {
      notes.push(`${path} may register clients and was left out: it is too long.`)
      continue
    }
    left -= text.length
    const { roots, failure } = read(text)
    const clients = roots.flatMap(clientsIn)
    const meant = clients.filter(({ hasDeviceGrant, hasEveryGrant }) => hasDeviceGrant || hasEveryGrant)
    if (meant.length > 0) {
      registries.push({ path, clients, withDeviceGrant: meant.slice(0, MOST_JUDGED) })
      notes.push(`${path} registers ${counted(clients.length, 'client')}, ${meant.length} of them with the device grant.`)
      if (meant.length > MOST_JUDGED) notes.push(`${path}: only the first ${MOST_JUDGED} of them are judged.`)
    } else if (failure !== undefined) notes.push(`${path} may register clients and could not be read: ${failure}.`)
  }
  return { registries, notes }
}

function readerOf(path: string): ((text: string) => Read) | undefined {
  if (/\.ya?ml$/i.test(path)) return (text) => readYaml(text, mayHoldClients)
  if (/\.jsonc?$/i.test(path)) return (text) => readJson(text, mayHoldClients)
  if (/\.toml$/i.test(path)) return readToml
  if (/\.sql$/i.test(path)) return (text) => readSql(text, (table) => /client|application|apps?$/i.test(table))
  return undefined
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** Where a client is registered, or one of its members stands. */
export function spotOf({ path }: Registry, { id, record }: RegisteredClient, member: Node = record, note?: string): Spot {
  return { func: lineOf(path, record.line, id), node: member, ...(note === undefined ? {} : { note }) }
}
