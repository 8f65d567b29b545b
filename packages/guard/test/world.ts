/** A resource, an issuer without a server, a clock that stands still, and clients that sign what they are told to. */
import {
  type AccessTokenClaims,
  createAccessTokenSigner,
  createProver,
  encodeBase64url,
  type PrivateJwk,
  type Prover,
  publicOf,
  thumbprint,
} from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { OAuthError } from '@countersign/protocol'
import { expect } from 'vitest'
import { createGuard, type Guard, type GuardOptions, type GuardRequest } from '../src/guard.ts'

export const ISSUER = 'https://issuer.example'
export const RESOURCE = 'https://notes.example/a/mcp'
export const METADATA = 'https://notes.example/.well-known/oauth-protected-resource/a/mcp'
/** Half a second past a full one, so that off-by-one-second and off-by-one-millisecond both show. */
const NOW = 1_800_000_000_500
export const NOW_SECONDS = 1_800_000_000

export const suite = webSuite()

export interface Issuer {
  readonly key: PrivateJwk
  readonly keyId: string
  /** Answers by URL; a function is asked each time. */
  readonly answers: Map<string, () => Response | Promise<Response>>
  readonly asked: string[]
  readonly fetch: (input: string, init?: RequestInit) => Promise<Response>
  mint(changes?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
}

export interface World {
  readonly clock: { now(): number; advance(seconds: number): void }
  readonly issuer: Issuer
  readonly guard: Guard
  /** Asks the guard; `Authorization: Bearer <token>` unless headers say otherwise. */
  verify(headers: GuardRequest['headers'], request?: Partial<GuardRequest>): ReturnType<Guard['verify']>
  /** A client key with a prover and its thumbprint. */
  device(): Promise<Device>
}

export interface Device {
  readonly key: PrivateJwk
  readonly thumbprint: string
  readonly prove: Prover
  /** Headers of a DPoP request to the resource. */
  headers(token: string, proof?: Parameters<Prover>[0]): Promise<{ authorization: string; dpop: string }>
}

export async function createWorld(options: Partial<GuardOptions> = {}): Promise<World> {
  let now = NOW
  const clock = { now: () => now, advance: (seconds: number) => (now += seconds * 1000) }
  const issuer = await createIssuer()
  const guard = createGuard({ resource: RESOURCE, authorizationServers: [ISSUER], suite, clock, fetch: issuer.fetch, ...options })
  return {
    clock,
    issuer,
    guard,
    verify: (headers, request = {}) => guard.verify({ method: 'POST', url: RESOURCE, headers, ...request }),
    device: async () => {
      const key = await suite.generateKey('ES256')
      const prove = await createProver(suite, clock, key)
      return {
        key,
        thumbprint: await thumbprint(suite, publicOf(key)),
        prove,
        headers: async (token, proof = { method: 'POST', url: RESOURCE, accessToken: token }) => ({
          authorization: `DPoP ${token}`,
          dpop: await prove(proof),
        }),
      }
    },
  }
}

export async function createIssuer(issuer: string = ISSUER): Promise<Issuer> {
  const key = await suite.generateKey('ES256')
  const keyId = 'key-1'
  const asked: string[] = []
  const answers = new Map<string, () => Response | Promise<Response>>([
    [`${issuer}/.well-known/oauth-authorization-server`, () => Response.json({ issuer, jwks_uri: `${issuer}/jwks` })],
    [`${issuer}/jwks`, () => Response.json({ keys: [{ ...publicOf(key), kid: keyId, alg: 'ES256', use: 'sig' }] })],
  ])
  return {
    key,
    keyId,
    answers,
    asked,
    fetch: async (input) => {
      asked.push(input)
      const answer = answers.get(input)
      return answer === undefined ? new Response('not found', { status: 404 }) : answer()
    },
    mint: (changes = {}, header) => mint(key, { ...goodClaims(issuer), ...changes }, header ?? keyId),
  }
}

export function goodClaims(iss: string = ISSUER): AccessTokenClaims {
  return {
    iss,
    sub: 'ada',
    aud: RESOURCE,
    client_id: 'cli',
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 900,
    jti: 'token-1',
    scope: 'notes:read notes:write',
    grant_id: 'grant-1',
  }
}

/** Signs whatever it is given; `undefined` members are left out, as JSON does. A header given as an object replaces the right one. */
export async function mint(key: PrivateJwk, claims: Record<string, unknown>, header: string | Record<string, unknown>): Promise<string> {
  if (typeof header === 'string') return (await createAccessTokenSigner(suite, key, header))(claims as AccessTokenClaims)
  return (await suite.signer(key))(JSON.stringify(header), JSON.stringify(claims))
}

/** A JWT put together by hand: the signature is whatever is given. */
export function forge(header: object, claims: object, signature: Uint8Array): string {
  const text = (part: object) => encodeBase64url(new TextEncoder().encode(JSON.stringify(part)))
  return `${text(header)}.${text(claims)}.${encodeBase64url(signature)}`
}

/** The refusal, with its challenges as a list; fails when there is none. */
export async function refusal(
  access: Promise<unknown>,
): Promise<{ code: string; status: number; message: string; challenges: string[]; error: OAuthError }> {
  const error = await access.then(
    () => expect.fail('the request was let in'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof OAuthError)) throw error
  const challenges = [error.headers['www-authenticate'] ?? []].flat()
  return { code: error.code, status: error.status, message: error.message, challenges, error }
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
