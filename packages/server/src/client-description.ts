/** A client in the words of an operator, judged before anything is written. */
import type { Registration } from '@countersign/authority'
import { plainLine } from '@countersign/node'
import { readPublicJwk } from '@countersign/proof'
import {
  AUTHORIZATION_CODE,
  CLIENT_CREDENTIALS,
  CountersignError,
  DEVICE_CODE,
  OAuthError,
  parseRedirectUri,
  parseResource,
  parseScope,
  REFRESH_TOKEN,
} from '@countersign/protocol'
import { nearestName } from './configuration/nearest-name.ts'

/** A client as an operator describes it. */
export interface ClientDescription {
  /** Drawn when not given. */
  readonly id?: string | undefined
  readonly name: string
  /** It can keep a secret, and gets one. */
  readonly confidential?: boolean | undefined
  /** By the short names below or those of the wire; when not given, refreshing, and the device grant or (with redirect URIs) code grant. */
  readonly grantTypes?: readonly string[] | undefined
  /** Where the answers of the code grant may be sent; on 127.0.0.1 and [::1] the port is free. */
  readonly redirectUris?: readonly string[] | undefined
  /** What it may ask for at most, separated by spaces; everything when not given. */
  readonly scope?: string | undefined
  /** `open`, `same-network` or `enrolled`; the policy of the server when not given. */
  readonly approvalPolicy?: string | undefined
  /** The resources it serves: it may introspect the tokens meant for them. */
  readonly resources?: readonly string[] | undefined
  /** It gets tokens bound to its key, and no others. */
  readonly dpopBound?: boolean | undefined
  /** Its public keys, as a JWK or a JWK Set: it signs assertions instead of knowing a secret. */
  readonly jwks?: unknown
}

const GRANT_TYPES: Readonly<Record<string, string>> = {
  device_code: DEVICE_CODE,
  authorization_code: AUTHORIZATION_CODE,
  [DEVICE_CODE]: DEVICE_CODE,
  refresh_token: REFRESH_TOKEN,
  client_credentials: CLIENT_CREDENTIALS,
}

/** What was typed, in the words of the wire. @throws CountersignError `usage` when something cannot be what it is */
export function registrationOf({
  id,
  name,
  confidential = false,
  dpopBound = false,
  grantTypes,
  redirectUris,
  scope,
  approvalPolicy,
  resources,
  jwks,
}: ClientDescription): Registration {
  if (name.trim() === '' || plainLine(name) !== name) throw new CountersignError('usage', 'the name of a client is one line of text')
  const named = grantTypes?.map(grantTypeNamed)
  // RFC 6749 section 4.4 and RFC 7662 section 2.1: both are for clients that can prove who they are.
  if (!confidential && jwks === undefined && (named?.includes(CLIENT_CREDENTIALS) === true || resources !== undefined)) {
    throw new CountersignError('usage', 'only a confidential client can use client_credentials or serve a resource')
  }
  return {
    name,
    confidential,
    dpopBound,
    ...(id === undefined ? {} : { id }),
    ...(named === undefined ? {} : { grantTypes: named }),
    ...(redirectUris === undefined ? {} : { redirectUris: redirectUris.map((each) => parsed(parseRedirectUri, each)) }),
    ...(scope === undefined ? {} : { scopes: parsed(parseScope, scope) }),
    ...(approvalPolicy === undefined ? {} : { approvalPolicy: policyNamed(approvalPolicy) }),
    ...(resources === undefined ? {} : { resources: resources.map((each) => parsed(parseResource, each)) }),
    ...(jwks === undefined ? {} : { jwks: publicKeysIn(jwks) }),
  }
}

function grantTypeNamed(name: string): string {
  const grantType = Object.hasOwn(GRANT_TYPES, name) ? GRANT_TYPES[name] : undefined
  if (grantType !== undefined) return grantType
  const nearest = nearestName(name, ['device_code', 'authorization_code', 'refresh_token', 'client_credentials'])
  const hint =
    nearest === undefined ? 'there are device_code, authorization_code, refresh_token and client_credentials' : `did you mean "${nearest}"?`
  throw new CountersignError('usage', `"${plainLine(name)}" is no grant type of this server`, { hint })
}

const POLICIES = ['open', 'same-network', 'enrolled'] as const

function policyNamed(name: string): (typeof POLICIES)[number] {
  const policy = POLICIES.find((known) => known === name)
  if (policy !== undefined) return policy
  throw new CountersignError('usage', `"${plainLine(name)}" is no approval policy`, { hint: `there are ${POLICIES.join(', ')}` })
}

/** What the protocol would refuse on the wire is a usage error here. */
function parsed<Value>(parse: (text: string) => Value, text: string): Value {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof OAuthError) throw new CountersignError('usage', `"${plainLine(text)}": ${error.message}`, { cause: error })
    throw error
  }
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'] as const

/** RFC 7517 section 5: a set of keys, or one alone. A private key here was shown to one machine too many. */
function publicKeysIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : [value]
  if (!Array.isArray(keys) || keys.length === 0) throw new CountersignError('usage', 'a JWK Set holds an array of keys')
  return keys.map((jwk: unknown, index) => {
    const known = readPublicJwk(jwk)
    if (known === undefined)
      throw new CountersignError('usage', `key ${index + 1} is no public key of P-256, Ed25519 or RSA with 2048 bits or more`)
    const { kid, ...members } = jwk as Readonly<Record<string, unknown>>
    if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(members, member))) {
      throw new CountersignError('usage', `key ${index + 1} is a private key`, {
        hint: 'make another one, and give only its public half away',
      })
    }
    return typeof kid === 'string' ? { ...known, kid } : known
  })
}
