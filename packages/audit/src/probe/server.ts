/** Who is probed: an issuer, or an MCP server that names one in its refusal (RFC 9728 section 5.1). */
import { type Answer, headerOf, textOf } from './wire/exchange.ts'
import type { Wire } from './wire/wire.ts'

/** The document at one of the places where metadata is published. */
export interface MetadataDocument {
  readonly url: string
  readonly answer: Answer
}

export interface ProbedServer {
  readonly issuer: string
  /** Of the MCP server or API that led here; codes are then asked for it (RFC 8707). */
  readonly resource: string | undefined
  /** RFC 8414 first, then OpenID Connect Discovery; those that answered with an object. */
  readonly documents: readonly MetadataDocument[]
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Something that has to be there before anything can be probed. */
export class NothingToProbeError extends Error {
  override readonly name = 'NothingToProbeError'
}

/**
 * Finds the server behind an address.
 * @throws NothingToProbeError when no metadata is found there
 */
export async function findServer(wire: Wire, address: string): Promise<ProbedServer> {
  if (!URL.canParse(address)) throw new NothingToProbeError(`${address} is not an address`)
  const direct = await readMetadata(wire, address)
  if (direct !== undefined) return { ...direct, issuer: address.replace(/\/$/, ''), resource: undefined }
  const named = await namedByResource(wire, address)
  if (named === undefined) {
    throw new NothingToProbeError(`neither metadata of an authorization server nor of a protected resource was found for ${address}`)
  }
  const found = await readMetadata(wire, named.issuer)
  if (found === undefined) throw new NothingToProbeError(`${named.issuer}, which ${address} names, publishes no metadata`)
  return { ...found, ...named }
}

async function readMetadata(wire: Wire, issuer: string): Promise<Pick<ProbedServer, 'documents' | 'metadata'> | undefined> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const places = [
    // RFC 8414 section 3.1: between host and path.
    `${origin}/.well-known/oauth-authorization-server${path}`,
    // OpenID Connect Discovery 1.0 section 4.1: after the path.
    `${origin}${path}/.well-known/openid-configuration`,
  ]
  const documents: MetadataDocument[] = []
  for (const url of places) {
    const answer = await wire.send({ url, headers: { accept: 'application/json' } })
    if (answer.status === 200 && textOf(answer, 'issuer') !== undefined) documents.push({ url, answer })
  }
  const whole = documents.find(({ answer }) => textOf(answer, 'device_authorization_endpoint') !== undefined) ?? documents[0]
  return whole && { documents, metadata: whole.answer.json }
}

async function namedByResource(wire: Wire, address: string): Promise<{ issuer: string; resource: string } | undefined> {
  const refusal = await wire.send({ url: address })
  const { origin, pathname } = new URL(address)
  const named = /resource_metadata="([^"]+)"/.exec(headerOf(refusal, 'www-authenticate'))?.[1]
  const url = named ?? `${origin}/.well-known/oauth-protected-resource${pathname.replace(/\/$/, '')}`
  if (!URL.canParse(url)) return undefined
  const answer = await wire.send({ url, headers: { accept: 'application/json' } })
  const servers = answer.json['authorization_servers']
  const issuer: unknown = Array.isArray(servers) ? servers[0] : undefined
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) return undefined
  return { issuer, resource: textOf(answer, 'resource') ?? address }
}

/** The address of an endpoint, as the metadata has it. */
export function endpointOf({ metadata }: Pick<ProbedServer, 'metadata'>, name: string): string | undefined {
  const value = metadata[name]
  return typeof value === 'string' && URL.canParse(value) ? value : undefined
}

/** A list in the metadata. */
export function listOf({ metadata }: Pick<ProbedServer, 'metadata'>, name: string): readonly string[] {
  const value = metadata[name]
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
