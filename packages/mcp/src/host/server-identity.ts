/** What a server says of itself, in one shape for both eras; also what is remembered of it for the next start. */
import { type Era, META, MODERN_VERSION } from '../wire/era.ts'
import { isObject, type JsonObject, objectAt } from '../wire/message.ts'

export interface ServerIdentity {
  readonly era: Era
  readonly version: string
  readonly capabilities: JsonObject
  readonly serverInfo: JsonObject | undefined
  readonly instructions: string | undefined
  /** Legacy only, and only when the server keeps one. A secret of the connection: never remembered. */
  readonly sessionId?: string | undefined
}

/** From the result of `initialize`; `undefined` when it is none. */
export function identityOfInitialize(result: JsonObject, sessionId: string | undefined): ServerIdentity | undefined {
  const { protocolVersion, instructions } = result
  if (typeof protocolVersion !== 'string') return undefined
  return {
    era: 'legacy',
    version: protocolVersion,
    capabilities: objectAt(result, 'capabilities'),
    serverInfo: isObject(result['serverInfo']) ? result['serverInfo'] : undefined,
    instructions: typeof instructions === 'string' ? instructions : undefined,
    sessionId,
  }
}

/** From the result of `server/discover`; `undefined` when it is none, or offers no version that is known here. */
export function identityOfDiscover(result: JsonObject): ServerIdentity | undefined {
  const { supportedVersions, instructions } = result
  if (!Array.isArray(supportedVersions) || !supportedVersions.includes(MODERN_VERSION)) return undefined
  const serverInfo = objectAt(result, '_meta')[META.serverInfo]
  return {
    era: 'modern',
    version: MODERN_VERSION,
    capabilities: objectAt(result, 'capabilities'),
    serverInfo: isObject(serverInfo) ? serverInfo : undefined,
    instructions: typeof instructions === 'string' ? instructions : undefined,
  }
}
