/**
 * The two eras of MCP: until 2025-11-25 a connection begins with `initialize`; since 2026-07-28 every request stands for itself and says
 * in `_meta` what a handshake used to say (versioning, "Terminology").
 */
import { type JsonObject, isObject, objectAt } from './message.ts'

export type Era = 'legacy' | 'modern'

export const MODERN_VERSION = '2026-07-28'
/** Newest first. */
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const

export const META = {
  version: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscription: 'io.modelcontextprotocol/subscriptionId',
} as const

/** Who the host is: from `initialize`, or from the `_meta` of a request. */
export interface HostIdentity {
  readonly era: Era
  readonly version: string
  readonly clientInfo: JsonObject | undefined
  readonly capabilities: JsonObject
}

/** What the `_meta` of a modern request says about its sender; `undefined` for a request of the legacy era. */
export function modernIdentity(params: JsonObject): HostIdentity | undefined {
  const meta = objectAt(params, '_meta')
  const version = meta[META.version]
  if (typeof version !== 'string') return undefined
  const clientInfo = meta[META.clientInfo]
  return {
    era: 'modern',
    version,
    clientInfo: isObject(clientInfo) ? clientInfo : undefined,
    capabilities: objectAt(meta, META.clientCapabilities),
  }
}

/** What `initialize` says about its sender. */
export function legacyIdentity(params: JsonObject): HostIdentity {
  const { protocolVersion, clientInfo } = params
  return {
    era: 'legacy',
    version: typeof protocolVersion === 'string' ? protocolVersion : LEGACY_VERSIONS[0],
    clientInfo: isObject(clientInfo) ? clientInfo : undefined,
    capabilities: objectAt(params, 'capabilities'),
  }
}

/** The version to answer an `initialize` with: the one that was asked for when it is known, else the newest of that era. */
export function legacyVersion(asked: string): string {
  return LEGACY_VERSIONS.find((version) => version === asked) ?? LEGACY_VERSIONS[0]
}

/** The params with what every modern request must say (MCP 2026-07-28, basic, "Per-request protocol fields"). */
export function withEnvelope(params: JsonObject, host: HostIdentity, logLevel?: string): JsonObject {
  return {
    ...params,
    _meta: {
      ...objectAt(params, '_meta'),
      [META.version]: MODERN_VERSION,
      ...(host.clientInfo === undefined ? {} : { [META.clientInfo]: host.clientInfo }),
      [META.clientCapabilities]: host.capabilities,
      ...(logLevel === undefined ? {} : { [META.logLevel]: logLevel }),
    },
  }
}

/** The params without it; what else is in `_meta` (progress, traces) stays. */
export function withoutEnvelope(params: JsonObject): JsonObject {
  const { _meta, ...rest } = params
  if (!isObject(_meta)) return params
  const {
    [META.version]: _version,
    [META.clientInfo]: _info,
    [META.clientCapabilities]: _capabilities,
    [META.logLevel]: _level,
    ...left
  } = _meta
  return Object.keys(left).length === 0 ? rest : { ...rest, _meta: left }
}

/** Whether a client said it can do this: `elicitation: {}` means forms only (MCP, elicitation, "Capabilities"). */
export function canElicit(capabilities: JsonObject, mode: 'url' | 'form'): boolean {
  const { elicitation } = capabilities
  if (!isObject(elicitation)) return false
  return isObject(elicitation[mode]) || (mode === 'form' && !isObject(elicitation['url']))
}
