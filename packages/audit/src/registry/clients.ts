/** The clients that an authorization server is told of in its settings: records with a client id, and with the grants that the client may use. */
import { legible } from '../collect/collect.ts'
import type { Node, Obj } from '../neutral/tree.ts'
import { wordOf } from '../neutral/walk.ts'

/** The way to a value, as one word: `lifespans: { access_token: 1h }` is `lifespans_access_token`. */
export type Setting = readonly [word: string, value: Node]

export interface RegisteredClient {
  readonly id: string
  readonly record: Obj
  /** What the record says, and then what is said for every client in the maps that it is in, from the innermost on: the first word counts. */
  readonly settings: readonly Setting[]
  readonly hasDeviceGrant: boolean
  /** Every grant there is, and not by its name. */
  readonly hasEveryGrant: boolean
  /** It cannot keep a secret, and says so. */
  readonly isPublic: boolean
}

/** Members with which people list the grants of a client. What a server supports (`grant_types_supported`) is said of the server. */
const GRANTS =
  /^(?:allowed_|authori[sz]ed_|authorization_|supported_|enabled_|permitted_|oauth2?_)?(?:grant_?types|grants)$|^(?:flows_enabled|allowed_flows)$/
const DEVICE_GRANT = /(?:^|[:_])device(?:_?code|_?authorization|_?flow|_?grant)?$/
const FLAGS =
  /^(?:is_)?(?:enable|allow)s?_device(?:_code)?(?:_flow|_grant)?$|^(?:oauth2_)?device(?:_code|_authorization)?(?:_flow|_grant)*_(?:enabled|allowed)$/
const LONGEST_ID = 100
/** Dex lists no grants: who may use this one is sent back to the server's own page of the device flow. */
const CALLBACK = /(?:^|\/)device\/callback$/
const REDIRECTS = /^redirect_ur_?[il]s$/
const IDS = /^(?:oauth2?_)?client_?id$/
/** Under such a member every map is a client, and `id` is the id of one. */
const CONTAINERS = /(?:^|_)(?:clients?|applications?|apps|relying_parties|registered_client|client_details)$/

/** Where a node is: in nothing that is about clients, in the list or map of them, or in the place of one. */
type Place = 'elsewhere' | 'container' | 'client'

/** Every client in a document that says which grants it has. */
export function clientsIn(root: Node): RegisteredClient[] {
  const found: RegisteredClient[] = []
  const settings = new Map<Obj, readonly Setting[]>()
  const visit = (node: Node, around: readonly Obj[], place: Place, key: string | undefined): void => {
    if (node.kind === 'list') for (const item of node.items) visit(item, around, place === 'elsewhere' ? place : 'client', undefined)
    if (node.kind !== 'object') return
    const client = clientOf(node, place !== 'elsewhere', key)
    // What is in a client is about this client.
    if (client !== undefined) {
      for (const each of around) if (!settings.has(each)) settings.set(each, sharedBy(each))
      found.push({ ...client, settings: [...client.settings, ...around.flatMap((each) => settings.get(each) ?? [])] })
    } else for (const { key: name, value } of node.entries) visit(value, [node, ...around], placeBelow(place, wordIn(name)), name)
  }
  visit(root, [], 'elsewhere', undefined)
  return found
}

/** `clients: [...]`, `clients: { web: {...} }`, and `client: { web: { registration: {...} } }`. */
function placeBelow(place: Place, word: string): Place {
  if (CONTAINERS.test(word)) return 'container'
  return place === 'container' || (place === 'client' && word === 'registration') ? 'client' : 'elsewhere'
}

function clientOf(record: Obj, isPlace: boolean, key: string | undefined): RegisteredClient | undefined {
  const grants = record.entries.find((entry) => GRANTS.test(wordIn(entry.key)) && isWords(entry.value))?.value ?? permissionsIn(record)
  const settings = settingsOf(record)
  const flag = settings.find(([word]) => FLAGS.test(word))
  const redirects = record.entries.filter(({ key }) => REDIRECTS.test(wordIn(key)))
  const isCalledBack = redirects.some(({ value }) => wordsIn(value).some((uri) => CALLBACK.test(uri)))
  if (grants === undefined && flag === undefined && !isCalledBack) return undefined
  // Grants and redirects together are said of nothing else, wherever it is.
  const isInPlace = isPlace || (grants !== undefined && redirects.length > 0)
  const named = record.entries.find((entry) => IDS.test(wordIn(entry.key)) || (isInPlace && /^(?:id|client|name)$/.test(wordIn(entry.key))))
  const id = named?.value.kind === 'text' || named?.value.kind === 'number' ? String(named.value.value) : isPlace ? key : undefined
  if (id === undefined || id === '') return undefined
  const words = grants === undefined ? [] : wordsIn(grants)
  return {
    // It is told in reports; a stranger wrote it.
    id: legible(id.slice(0, LONGEST_ID)),
    record,
    settings,
    hasDeviceGrant: words.some((word) => DEVICE_GRANT.test(wordOf(word))) || (flag !== undefined && isYes(flag[1])) || isCalledBack,
    hasEveryGrant: words.some((word) => /^(?:\*|all|any)$/i.test(word)),
    isPublic: isPublic(record),
  }
}

/** OpenIddict lists grants (`gt:`) among other permissions. */
function permissionsIn(record: Obj): Node | undefined {
  const { value } = record.entries.find((entry) => wordIn(entry.key) === 'permissions') ?? {}
  return value !== undefined && wordsIn(value).some((word) => word.startsWith('gt:')) ? value : undefined
}

function isPublic(record: Obj): boolean {
  return record.entries.some(({ key, value }) => {
    const word = wordIn(key)
    if (/^(?:is_)?public(?:_client)?$/.test(word)) return isYes(value)
    if (/^(?:is_)?confidential(?:_client)?$|^require_client_secret$/.test(word)) return isNo(value)
    if (/^(?:client_|app_|application_|access_)?type$/.test(word)) return /^public(?:_|$)|^native$/.test(textOf(value))
    return /^(?:token_endpoint_auth_methods?|client_authentication_methods?)$/.test(word) && wordsIn(value).join() === 'none'
  })
}

/** Of a map around clients its members count, and these maps in it; the others are about something else. */
const ABOUT_TOKENS = /^(?:life_?spans?|life_?times?|ttl|expiry|expirations?|tokens?|refresh_tokens?|settings|defaults?)_/
/** Nobody says more for all clients. */
const MOST_SHARED = 200

function sharedBy(map: Obj): readonly Setting[] {
  const own = new Set(map.entries.map(({ value }) => value))
  return settingsOf(map)
    .filter(([word, value]) => own.has(value) || ABOUT_TOKENS.test(word))
    .slice(0, MOST_SHARED)
}

/** Members of a map, and of the maps in it. */
function settingsOf(record: Obj, depth = 2): Setting[] {
  return record.entries.flatMap(({ key, value }) => {
    const word = wordIn(key)
    if (value.kind !== 'object') return [[word, value] as const]
    // Attributes are members by another name.
    const within = word === 'attributes' ? '' : `${word}_`
    return depth === 0 ? [] : settingsOf(value, depth - 1).map(([name, below]) => [within + name, below] as const)
  })
}

export const isYes = (node: Node): boolean =>
  (node.kind === 'constant' && node.value === true) || /^(?:true|yes|on|enabled)$/.test(textOf(node))
export const isNo = (node: Node): boolean =>
  (node.kind === 'constant' && node.value === false) || /^(?:false|no|off|disabled)$/.test(textOf(node))

export const textOf = (node: Node): string => (node.kind === 'text' ? node.value.toLowerCase() : '')

const wordIn = (key: string | undefined): string => wordOf((key ?? '').replaceAll('.', '_'))

const isWords = (node: Node): boolean => node.kind === 'text' || (node.kind === 'list' && node.items.length > 0)

/** The words of a list, or of a text that lists them: by blanks, commas, or as JSON and PostgreSQL write arrays. */
export function wordsIn(node: Node): string[] {
  if (node.kind === 'list') return node.items.flatMap(wordsIn)
  return node.kind === 'text' ? node.value.split(/[\s,;[\]{}"']+/).filter((word) => word !== '') : []
}
