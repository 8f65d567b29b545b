/** The answers that a host must get at once: who the server is, as far as that is known here. */
import { type HostIdentity, LEGACY_VERSIONS, legacyVersion, META, MODERN_VERSION } from '../wire/era.ts'
import { isObject, type JsonObject, objectAt } from '../wire/message.ts'
import type { ServerIdentity } from './server-identity.ts'

/** Everything a server may have: what it turns out not to have is listed as empty. */
const ANYTHING: JsonObject = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
}

/** The result of `initialize`. @param name what to call a server that has not said its own */
export function initializeResult(host: HostIdentity, server: Omit<ServerIdentity, 'sessionId'> | undefined, name: string): JsonObject {
  return {
    protocolVersion: server?.era === 'legacy' && isKnown(server.version) ? server.version : legacyVersion(host.version),
    capabilities: capabilitiesOf(server),
    serverInfo: server?.serverInfo ?? stranger(name),
    ...(server?.instructions === undefined ? {} : { instructions: server.instructions }),
  }
}

/** The result of `server/discover`. It is good for now only: after a sign-in there may be more to tell. */
export function discoverResult(server: Omit<ServerIdentity, 'sessionId'> | undefined, name: string): JsonObject {
  return {
    resultType: 'complete',
    supportedVersions: [MODERN_VERSION, ...LEGACY_VERSIONS],
    capabilities: capabilitiesOf(server),
    ...(server?.instructions === undefined ? {} : { instructions: server.instructions }),
    ttlMs: 0,
    cacheScope: 'private',
    _meta: { [META.serverInfo]: server?.serverInfo ?? stranger(name) },
  }
}

/** Its own, and that its tools may change: with a sign-in, with the server coming back. */
function capabilitiesOf(server: Omit<ServerIdentity, 'sessionId'> | undefined): JsonObject {
  if (server === undefined) return ANYTHING
  const { capabilities } = server
  return isObject(capabilities['tools'])
    ? { ...capabilities, tools: { ...objectAt(capabilities, 'tools'), listChanged: true } }
    : capabilities
}

function isKnown(version: string): boolean {
  return LEGACY_VERSIONS.some((known) => known === version)
}

/** A server that has not said its name yet. */
function stranger(name: string): JsonObject {
  return { name, version: '0' }
}
