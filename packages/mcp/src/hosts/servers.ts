/** The servers in the file of a host: read, put in, found. Texts in, texts out; nothing here touches a file. */
import { putJson, readJson } from './edit-json.ts'
import { putToml, readToml } from './edit-toml.ts'
import { type Host, type ServerEntry, writtenFor } from './host.ts'

/** Everything a host's file says of its servers, by name. @throws CountersignError `configuration_invalid` */
export function serversIn(host: Host, text: string): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  let at: unknown = host.format === 'json' ? readJson(text) : readToml(text)
  for (const name of host.servers) at = isTable(at) ? at[name] : undefined
  return new Map(Object.entries(isTable(at) ? at : {}).filter((entry): entry is [string, Record<string, unknown>] => isTable(entry[1])))
}

/** The file with this server in it, in place of one of the same name. @throws CountersignError `configuration_invalid` */
export function withServer(host: Host, text: string, name: string, entry: ServerEntry): string {
  return withValue(host, text, name, writtenFor(host, entry))
}

/** The same with members we know nothing about. */
export function withValue(host: Host, text: string, name: string, value: Readonly<Record<string, unknown>>): string {
  return host.format === 'json' ? putJson(text, [...host.servers, name], value) : putToml(text, [...host.servers, name], value)
}

/** The entry as it would stand in a file that holds nothing else. */
export function snippetFor(host: Host, name: string, entry: ServerEntry): string {
  return withServer(host, '', name, entry)
}

export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
