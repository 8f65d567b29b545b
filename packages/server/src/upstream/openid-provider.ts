/**
 * One OpenID provider as this server uses it: authorization code with PKCE, state, nonce and issuer (OpenID Connect Core 1.0 section 3.1,
 * RFC 9700 section 2.1). Invariant: whoever comes out of here was named in an ID token of this issuer, signed, for us, and asked for by us.
 */
import { isMailAddress } from '@countersign/authority'
import { type Clock, CountersignError, isSecureUrl } from '@countersign/protocol'
import { plainLine } from '@countersign/node'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  type IDToken,
  None,
} from 'openid-client'
import type { IdentityProvider } from '../configuration/identity-providers.ts'
import { readClientSecret } from './client-secret.ts'

/** What one sign-in is tied to. Each value was made for it alone. */
export interface Ties {
  /** Where the provider sends the browser back to: an address of its own for each provider (RFC 9700 section 4.4.2.2). */
  readonly callback: URL
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** The provider must ask the person anew, and say that it did so since this moment. */
  readonly freshSince?: number | undefined
}

/** Who signed in there. Issuer and subject say who it is; the names are only what is said of the person. */
export interface UpstreamPerson {
  readonly issuer: string
  readonly subject: string
  readonly preferredName: string | undefined
  readonly shownName: string | undefined
  /** An address that the provider has verified, when it is to be kept. */
  readonly mail: string | undefined
  /** Zero when the provider does not say: then it may be long ago. */
  readonly authenticatedAt: number
  readonly hasRequiredClaims: boolean
}

export interface OpenIdProvider extends Pick<IdentityProvider, 'id' | 'name'> {
  /** Where the browser goes. Rejects when the provider cannot be reached or is not who it should be. */
  authorizationUrl(ties: Ties): Promise<URL>
  /** Trades the code in for the person. Rejects when any part of the answer is not as it must be. */
  redeem(answer: URLSearchParams, ties: Ties): Promise<UpstreamPerson>
}

export interface ProviderPorts {
  readonly clock: Clock
  readonly fetch?: CustomFetch
}

const TIMEOUT_SECONDS = 10
const METADATA_LIFE_MS = 3_600_000
const LONGEST_NAME = 80

/** @throws CountersignError `configuration_invalid` when its client secret cannot be read */
export function openIdProvider({ clock, fetch }: ProviderPorts, provider: IdentityProvider): OpenIdProvider {
  const { id, name, clientId, keepMail = false, scope = keepMail ? 'openid profile email' : 'openid profile' } = provider
  const authenticate = clientAuthentication(provider)
  let known: { readonly at: number; readonly configuration: Configuration } | undefined

  /** As the provider describes itself, looked up when first needed and then now and then: it may be down when this server starts. */
  async function described(): Promise<Configuration> {
    if (known !== undefined && clock.now() - known.at < METADATA_LIFE_MS) return known.configuration
    try {
      known = { at: clock.now(), configuration: await discover() }
    } catch (error) {
      if (known === undefined) throw error
    }
    return known.configuration
  }

  async function discover(): Promise<Configuration> {
    const issuer = new URL(provider.issuer)
    // Plain http is for loopback alone, and the reader of the configuration has seen to that.
    // oxlint-disable-next-line typescript/no-deprecated -- marked so to stand out, not because it goes away
    const extensions = issuer.protocol === 'http:' ? [enableNonRepudiationChecks, allowInsecureRequests] : [enableNonRepudiationChecks]
    const options = { timeout: TIMEOUT_SECONDS, execute: extensions, ...(fetch === undefined ? {} : { [customFetch]: fetch }) }
    const configuration = await discovery(issuer, clientId, {}, authenticate, options)
    const metadata = configuration.serverMetadata()
    // The library lets some issuers be called otherwise than they call themselves; a person is known by the issuer, so it is one.
    if (new URL(metadata.issuer).href !== issuer.href) {
      throw new CountersignError('issuer_mismatch', `the issuer of "${id}" calls itself "${plainLine(metadata.issuer)}"`)
    }
    if (!URL.canParse(metadata.authorization_endpoint ?? '') || !isSecureUrl(new URL(metadata.authorization_endpoint ?? ''))) {
      throw new CountersignError('insecure_url', `the authorization endpoint of "${id}" is not https`)
    }
    return configuration
  }

  return {
    id,
    name,
    authorizationUrl: async ({ callback, state, nonce, verifier, freshSince }) =>
      buildAuthorizationUrl(await described(), {
        redirect_uri: callback.href,
        scope,
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        // OpenID Connect Core 1.0 section 3.1.2.1: the first asks for it, the second makes auth_time obligatory.
        ...(freshSince === undefined ? {} : { prompt: 'login', max_age: '0' }),
      }),
    redeem: async (answer, { callback, state, nonce, verifier, freshSince }) => {
      const configuration = await described()
      const answered = new URL(callback)
      answered.search = answer.toString()
      const tokens = await authorizationCodeGrant(configuration, answered, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
        // Not zero: what counts is that the person proved it after we asked, however long everything else took.
        ...(freshSince === undefined ? {} : { maxAge: Math.ceil((clock.now() - freshSince) / 1000) }),
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new CountersignError('invalid_response', 'there is no ID token')
      const told = await toldOf(configuration, claims, tokens.access_token, keepMail)
      return {
        issuer: claims.iss,
        subject: claims.sub,
        ...namesIn(told),
        mail: keepMail ? mailIn(told) : undefined,
        // Their clock and whole seconds: what was checked above to come after our question is not put before it again.
        authenticatedAt: Math.min(clock.now(), Math.max(freshSince ?? 0, (claims.auth_time ?? 0) * 1000)),
        hasRequiredClaims: Object.entries(provider.requiredClaims ?? {}).every(([claim, value]) => [claims[claim]].flat().includes(value)),
      }
    },
  }
}

type Claims = Readonly<Record<string, unknown>>

/**
 * What the provider tells of the person, the ID token first. OpenID Connect Core 1.0 section 5.4: many tell names and mail at the UserInfo
 * endpoint only. They are an extra: without them it goes on.
 */
async function toldOf(configuration: Configuration, claims: IDToken, accessToken: string, andMail: boolean): Promise<readonly Claims[]> {
  const named = claims['name'] !== undefined || claims['preferred_username'] !== undefined
  if (named && (!andMail || claims['email'] !== undefined)) return [claims]
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return [claims]
  try {
    return [claims, await fetchUserInfo(configuration, accessToken, claims.sub)]
  } catch {
    return [claims]
  }
}

function namesIn(told: readonly Claims[]): Pick<UpstreamPerson, 'preferredName' | 'shownName'> {
  const preferredName = text(told.find((claims) => claims['preferred_username'] !== undefined)?.['preferred_username'])
  const shownName = text(told.find((claims) => claims['name'] !== undefined)?.['name'])
  return { preferredName, shownName: shownName ?? preferredName }
}

/** OpenID Connect Core 1.0 section 5.1: an address that is not said to be verified, where it stands, may be anybody's. */
function mailIn(told: readonly Claims[]): string | undefined {
  const { email, email_verified: verified } = told.find((claims) => claims['email'] !== undefined) ?? {}
  return verified === true && typeof email === 'string' && isMailAddress(email) ? email : undefined
}

function text(value: unknown): string | undefined {
  const shown = typeof value === 'string' ? plainLine(value).trim().slice(0, LONGEST_NAME) : ''
  return shown === '' ? undefined : shown
}

function clientAuthentication({ clientSecretFile, clientAuthentication: chosen }: IdentityProvider): ClientAuth {
  if (clientSecretFile === undefined) return None()
  const secret = readClientSecret(clientSecretFile)
  const methods = { client_secret_basic: ClientSecretBasic(secret), client_secret_post: ClientSecretPost(secret) }
  return (server, client, body, headers) => {
    // OpenID Connect Discovery 1.0 section 3: basic when the provider does not say.
    const knowsBasic = server.token_endpoint_auth_methods_supported?.includes('client_secret_basic') ?? true
    methods[chosen ?? (knowsBasic ? 'client_secret_basic' : 'client_secret_post')](server, client, body, headers)
  }
}
