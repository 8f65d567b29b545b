/**
 * The guard of one resource. A request gets access only when its token is from an issuer named here, for exactly this resource, alive,
 * and, where it is bound to a key, sent with a fresh proof of that key. Everything else is refused with an error that says what would do.
 */
import {
  type AccessTokenClaims,
  createNonces,
  type NonceOptions,
  createProofVerifier,
  decodeJwt,
  equalInConstantTime,
  type Suite,
  verifyAccessToken,
} from '@countersign/proof'
import {
  type Clock,
  type Exchange,
  type Fetch,
  OAuthError,
  type ProtectedResourceMetadata,
  type Reply,
  type Scope,
  type Seconds,
} from '@countersign/protocol'
import { type Access, accessOf } from './access.ts'
import { createRefusals } from './challenge.ts'
import { type Credentials, readCredentials, type Scheme } from './credentials.ts'
import { createReplayMemory, type Once } from './dpop/replay.ts'
import { createIntrospection, type IntrospectionOptions } from './introspection.ts'
import { createIssuerKeys } from './keys/issuer-keys.ts'
import { describe, metadataHandler, placesOf } from './metadata.ts'
import { createRevocationList, type RevocationOptions } from './revocation-list.ts'
import { createLacking, type Implies } from './scope.ts'
import { checkOptions } from './check-options.ts'

export interface GuardOptions {
  /** The identifier of the resource: an https URL, compared with `aud` as a string. http is for loopback only. */
  readonly resource: string
  /** Issuers whose tokens are taken. */
  readonly authorizationServers: readonly string[]
  /** Every scope there is, for the metadata document. */
  readonly scopes?: Scope
  /** What a 401 tells a client to ask for when the operation itself needs no scope. */
  readonly initialScope?: Scope
  /** Which scopes include which. */
  readonly implies?: Implies
  /** Names the resource for people. */
  readonly resourceName?: string
  /** Where people read about the resource. */
  readonly documentation?: string
  readonly suite: Suite
  readonly clock: Clock
  readonly fetch: Fetch
  /** The memory of proofs seen; one that all servers of the resource share, or by default one inside this guard. */
  readonly once?: Once
  /** How far clocks may disagree; 30 when not set. */
  readonly leeway?: Seconds
  /** `accept` takes bearer tokens and DPoP-bound tokens; `require` takes bound tokens only. `accept` when not set. */
  readonly dpop?: 'accept' | 'require'
  /** Asks every proof for a nonce given out by this resource. */
  readonly dpopNonce?: NonceOptions
  /** Asks the issuers what was revoked, so that such tokens end before their time. Not asked when not set. */
  readonly revocations?: RevocationOptions
  /** Asks an issuer about tokens that are no JWT, or about all of its tokens (RFC 7662). Not asked when not set. */
  readonly introspection?: IntrospectionOptions
  /** Makes the signal that ends a request to an issuer; `AbortSignal.timeout` when not set. */
  readonly deadline?: (milliseconds: number) => AbortSignal
}

export interface GuardRequest {
  readonly method: string
  /** The URL as the client sees it: behind a proxy, the public one. */
  readonly url: string
  readonly headers: Exchange['headers']
  /** Every scope the operation needs. */
  readonly requiredScope?: Scope
}

export interface Guard {
  readonly resource: string
  readonly metadataUrl: string
  readonly metadataPaths: readonly string[]
  readonly dpop: 'accept' | 'require'
  /** Whether this request may pass. @throws OAuthError with status and headers for the answer */
  verify(request: GuardRequest): Promise<Access>
  /** Whether a token may pass by itself: a bound one never does. @throws OAuthError */
  verifyBearer(token: string): Promise<Access>
  /** The scopes that are missing, hierarchies counted. */
  lacking(granted: Scope, required: Scope): Scope
  /** The 403 for an operation that turned out to need more: throw it from a handler. */
  insufficientScope(access: Access, required: Scope): OAuthError
  metadata(): ProtectedResourceMetadata
  /** Answers requests for the metadata document; `undefined` for every other path. */
  handle(exchange: Pick<Exchange, 'method' | 'path' | 'query'>): Reply | undefined
}

/** Longer ones are taken for no token at all, and shown to nobody. */
const LONGEST_TOKEN = 16_384

/**
 * A guard for one resource.
 * @throws CountersignError `configuration_invalid`
 */
export function createGuard(options: GuardOptions): Guard {
  checkOptions(options)
  const { resource, suite, clock, leeway = 30, dpop = 'accept', initialScope = [], scopes = [] } = options
  const network = { fetch: options.fetch, deadline: options.deadline ?? ((milliseconds: number) => AbortSignal.timeout(milliseconds)) }
  const keys = new Map(options.authorizationServers.map((issuer) => [issuer, createIssuerKeys(issuer, suite, clock, network)]))
  const lists = new Map(
    options.authorizationServers.map((issuer) => [
      issuer,
      options.revocations && createRevocationList(issuer, clock, network, options.revocations),
    ]),
  )
  const { introspection: asking } = options
  const introspect = asking && createIntrospection(suite, clock, network, asking, { audience: resource, leeway })
  const once = options.once ?? createReplayMemory(clock)
  const nonces = options.dpopNonce === undefined ? undefined : createNonces(suite, clock, resource, options.dpopNonce)
  const verifyProof = createProofVerifier(suite)
  const lacking = createLacking(options.implies ?? {})
  const places = placesOf(resource)
  const refusals = createRefusals({ metadataUrl: places.url, schemes: dpop === 'require' ? ['DPoP'] : ['Bearer', 'DPoP'] })
  const document = describe({
    resource,
    authorizationServers: options.authorizationServers,
    scopes,
    resourceName: options.resourceName,
    documentation: options.documentation,
    proofRequired: dpop === 'require',
  })

  async function readToken(token: string): Promise<Access> {
    const claims = await readClaims(token)
    await lists.get(claims.iss)?.(claims.grant_id)
    return accessOf(claims, token, resource)
  }

  async function readClaims(token: string): Promise<AccessTokenClaims> {
    if (token.length > LONGEST_TOKEN) throw new OAuthError('invalid_token', 'the token is too long')
    const jwt = decodeJwt(token)
    // RFC 7662 section 4: what one issuer gave out is nothing to show to another.
    const toAsk = jwt === undefined || (asking?.tokens === 'all' && jwt.claims['iss'] === asking.issuer)
    if (introspect !== undefined && toAsk) return introspect(token)
    // Only to know whose keys to ask for; the verified claims are compared again below.
    const issuer = jwt?.claims['iss']
    const keyFor = typeof issuer === 'string' ? keys.get(issuer) : undefined
    if (typeof issuer !== 'string' || keyFor === undefined)
      throw new OAuthError('invalid_token', 'the token is not from an issuer trusted here')
    return verifyAccessToken(token, { issuer, audience: resource, now: clock.now(), leeway, keyFor })
  }

  async function verifyBearer(token: string): Promise<Access> {
    if (dpop === 'require') throw new OAuthError('invalid_token', 'this resource takes tokens with a DPoP proof only')
    const access = await readToken(token)
    // RFC 9449 section 7.2: a bound token without its proof is a stolen one.
    if (access.keyThumbprint !== undefined) throw new OAuthError('invalid_token', 'the token is bound to a key and needs a DPoP proof')
    return access
  }

  async function verifyBound(
    { token, proof: header }: Extract<Credentials, { kind: 'token' }>,
    { method, url }: GuardRequest,
  ): Promise<Access> {
    const access = await readToken(token)
    if (access.keyThumbprint === undefined) throw new OAuthError('invalid_token', 'the token is not bound to a key; send it as Bearer')
    if (header === undefined) throw new OAuthError('invalid_dpop_proof', 'the request carries no DPoP proof')
    const proof = await verifyProof({ header, method, url, now: clock.now(), accessToken: token })
    // RFC 9449 section 7.1: the proof's key must be the key the token is bound to.
    if (!equalInConstantTime(proof.thumbprint, access.keyThumbprint))
      throw new OAuthError('invalid_token', 'the token is bound to another key')
    const age = await nonces?.judge(proof.nonce)
    if (age === 'unknown') throw new OAuthError('use_dpop_nonce')
    const name = await suite.sha256(`${proof.thumbprint} ${proof.jti}`)
    if (!(await firstTime(`guard-proof:${name}`, proof.staleAt))) throw new OAuthError('invalid_dpop_proof', 'the proof was used before')
    return age === 'previous' && nonces !== undefined ? withNonce(access, await nonces.issue()) : access
  }

  /** A memory that cannot answer is not a memory that says "new". */
  async function firstTime(key: string, until: number): Promise<boolean> {
    try {
      return await once(key, until)
    } catch (cause) {
      throw new OAuthError('temporarily_unavailable', undefined, { headers: { 'retry-after': '5' }, cause })
    }
  }

  async function verify(request: GuardRequest): Promise<Access> {
    const { requiredScope = [] } = request
    const scope = requiredScope.length > 0 ? requiredScope : initialScope
    const credentials = readCredentials(request)
    if (credentials.kind === 'none') throw refusals.missing(scope)
    if (credentials.kind === 'malformed') throw refusals.refuse(new OAuthError('invalid_request', credentials.what), undefined, scope)
    const { scheme, token } = credentials
    try {
      const access = scheme === 'DPoP' ? await verifyBound(credentials, request) : await verifyBearer(token)
      if (lacking(access.scope, requiredScope).length > 0) throw refusals.insufficient(scheme, requiredScope)
      return access
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      throw refusals.refuse(error, scheme, scope, error.code === 'use_dpop_nonce' ? await nonces?.issue() : undefined)
    }
  }

  return {
    resource,
    metadataUrl: places.url,
    metadataPaths: places.paths,
    dpop,
    verify,
    verifyBearer,
    lacking,
    insufficientScope: (access, required) => refusals.insufficient(schemeOf(access), required),
    metadata: () => document,
    handle: metadataHandler(places, document),
  }
}

function schemeOf(access: Access): Scheme {
  return access.keyThumbprint === undefined ? 'Bearer' : 'DPoP'
}

function withNonce(access: Access, nonce: string): Access {
  // A copy by spreading would lose the token, which is hidden on purpose.
  return Object.defineProperty({ ...access, token: access.token, nonce }, 'token', { enumerable: false })
}
