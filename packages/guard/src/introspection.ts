/**
 * Tokens that only their issuer can read (RFC 7662): asked about there, and the answer kept for a short while.
 * Invariant: no answer is used longer than the options allow or the token lives, and without an answer there is no access.
 */
import type { AccessTokenClaims, Suite } from '@countersign/proof'
import { type Clock, CountersignError, type EpochMilliseconds, OAuthError, type Seconds } from '@countersign/protocol'
import { publishedAddress } from './keys/discover-keys.ts'
import { postForJson, type Network } from './keys/fetch-json.ts'

export interface IntrospectionOptions {
  /** The issuer that is asked, one of `authorizationServers`; a token is never shown to another one. */
  readonly issuer: string
  /** This resource as a client there: `client_secret_basic`. */
  readonly clientId: string
  /** Secret. */
  readonly clientSecret: string
  /** `opaque` asks about what is no JWT; `all` about every token of this issuer. `opaque` when not set. */
  readonly tokens?: 'opaque' | 'all'
  /** How long an answer is used, at most 300: so long may a revoked token live on. 10 when not set; 0 asks each time. */
  readonly keepSeconds?: Seconds
}

/** @throws OAuthError `invalid_token`, or `temporarily_unavailable` when the issuer gives no answer */
export type Introspect = (token: string) => Promise<AccessTokenClaims>

interface Expectation {
  readonly audience: string
  readonly leeway: Seconds
}

/** The claims, or why there are none. */
type Told = { readonly claims: AccessTokenClaims } | { readonly refused: string }

interface Answer {
  readonly told: Told
  readonly until: EpochMilliseconds
}

/** How many answers are kept, of either kind. */
const CAPACITY = 1000
/** How many questions may be under way: tokens are free to invent. */
const MOST_AT_ONCE = 100
const RETRY_SECONDS = 5
const KEEP_SECONDS = 10
const UNCLEAR: Told = { refused: 'the issuer does not tell whose token it is, what kind, for which resource and until when' }

export function createIntrospection(
  suite: Suite,
  clock: Clock,
  network: Network,
  options: IntrospectionOptions,
  expected: Expectation,
): Introspect {
  const { issuer, keepSeconds = KEEP_SECONDS } = options
  // Two memories, so that invented tokens cannot push out the answers about good ones.
  const [good, bad] = [new Map<string, Answer>(), new Map<string, Answer>()]
  const flights = new Map<string, Promise<Answer>>()
  let address: string | undefined

  async function ask(token: string): Promise<Answer> {
    const at = clock.now()
    let told: Told
    try {
      address ??= await publishedAddress(network, issuer, 'introspection_endpoint')
      told = readAnswer(await askAt(network, address, options, token), issuer)
    } catch (cause) {
      // The endpoint may have moved.
      address = undefined
      throw unavailable(cause)
    }
    const kept = at + keepSeconds * 1000
    // RFC 7662 section 4: never past the end of the token.
    return { told, until: 'refused' in told ? kept : Math.min(kept, told.claims.exp * 1000) }
  }

  function flightOf(name: string, token: string): Promise<Answer> {
    const under = flights.get(name)
    if (under !== undefined) return under
    if (flights.size >= MOST_AT_ONCE) throw unavailable(new RangeError('too many questions to the introspection endpoint are under way'))
    const flight = ask(token)
      .then((answer) => {
        keep('refused' in answer.told ? bad : good, name, answer)
        return answer
      })
      .finally(() => flights.delete(name))
    flights.set(name, flight)
    return flight
  }

  function keep(memory: Map<string, Answer>, name: string, answer: Answer): void {
    if (answer.until <= clock.now()) return
    memory.delete(name)
    // A Map keeps insertion order: the first is the oldest.
    if (memory.size >= CAPACITY) memory.delete(memory.keys().next().value as string)
    memory.set(name, answer)
  }

  return async (token) => {
    // The whole digest names a token: what is remembered of one can never be found by another.
    const name = await suite.sha256(token)
    const known = good.get(name) ?? bad.get(name)
    const { told } = known !== undefined && clock.now() < known.until ? known : await flightOf(name, token)
    if ('refused' in told) throw new OAuthError('invalid_token', told.refused)
    judge(told.claims, expected, clock.now())
    return told.claims
  }
}

async function askAt(
  network: Network,
  address: string,
  { clientId, clientSecret }: IntrospectionOptions,
  token: string,
): Promise<Readonly<Record<string, unknown>>> {
  // RFC 6749 section 2.3.1: both are form-encoded before they are put together.
  const authorization = `Basic ${btoa([clientId, clientSecret].map(formEncoded).join(':'))}`
  // RFC 7662 section 2.1: by POST, so that the token is in no address.
  const { status, body } = await postForJson(network, address, { token, token_type_hint: 'access_token' }, { authorization })
  // A 401 is about this resource's own credentials, and says nothing about the token.
  if (status !== 200 || body === undefined) throw new CountersignError('invalid_response', `"${address}" answers with status ${status}`)
  return body
}

/** What an answer says, as the claims of a JWT would. */
function readAnswer(body: Readonly<Record<string, unknown>>, issuer: string): Told {
  if (typeof body['active'] !== 'boolean')
    throw new CountersignError('invalid_response', `"${issuer}" does not say whether a token is active`)
  if (!body['active']) return { refused: 'the issuer says that the token is not active' }
  const { iss = issuer, sub, client_id: client, aud, exp, nbf, iat = 0, jti = '', scope, cnf, token_type: type, ...rest } = body
  const texts = [iss, sub, client, jti].every((value) => typeof value === 'string')
  const audience = typeof aud === 'string' || (Array.isArray(aud) && aud.every((one) => typeof one === 'string'))
  const times = Number.isFinite(exp) && Number.isFinite(iat) && (nbf === undefined || Number.isFinite(nbf))
  // RFC 7662 section 2.2 leaves nearly all of this to the issuer. What is not said about whom, for whom and until when cannot be checked here.
  if (!texts || !audience || !times || iss !== issuer || (scope !== undefined && typeof scope !== 'string')) return UNCLEAR
  const bound = typeof cnf === 'object' && cnf !== null
  // A type that is none of an access token is a token of another kind, such as a refresh token.
  const kind = typeof type === 'string' ? type.toLowerCase() : type === undefined ? (bound ? 'dpop' : 'bearer') : ''
  // RFC 9449 section 6.2: a bound token whose key is not told would pass for an unbound one.
  if ((kind !== 'bearer' && kind !== 'dpop') || (kind === 'dpop' && !bound) || (cnf !== undefined && !bound)) return UNCLEAR
  return { claims: { ...rest, iss, sub, client_id: client, aud, exp, nbf, iat, jti, scope, cnf } as AccessTokenClaims }
}

/** Each time anew: an answer that is remembered grows old. @throws OAuthError `invalid_token` */
function judge({ aud, exp, nbf }: AccessTokenClaims, { audience, leeway }: Expectation, now: EpochMilliseconds): void {
  if (![aud].flat().includes(audience)) throw new OAuthError('invalid_token', 'the token is meant for another resource')
  if (now >= (exp + leeway) * 1000) throw new OAuthError('invalid_token', 'the token has expired')
  if (nbf !== undefined && now < (nbf - leeway) * 1000) throw new OAuthError('invalid_token', 'the token is not valid yet')
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

function unavailable(cause: unknown): OAuthError {
  return new OAuthError('temporarily_unavailable', 'the issuer cannot be asked about the token right now', {
    headers: { 'retry-after': String(RETRY_SECONDS) },
    cause,
  })
}
