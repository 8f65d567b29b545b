/**
 * A credential as sealed bytes, for vaults that put it somewhere others can reach.
 * Invariant: bytes sealed under one name or key never open under another, and whatever does not open is an error, never "not signed in".
 */
import type { PrivateJwk, Suite } from '@countersign/proof'
import { CountersignError } from '@countersign/protocol'
import type { AuthenticationAt } from '../clients/authentication.ts'
import type { Credential, CredentialEndpoints } from './vault.ts'

/** What the bytes are bound to. */
export interface Sealing {
  /** 32 bytes. */
  readonly key: Uint8Array
  /** Tells keys apart, for rotation; not secret. */
  readonly keyId: string
  /** The credential's name in the vault. */
  readonly name: string
}

const FORMAT = 'countersign-credential-1'

/** AES-256-GCM over the credential; format, name and key id are authenticated with it. */
export async function sealCredential(suite: Suite, sealing: Sealing, credential: Credential): Promise<Uint8Array> {
  return suite.seal(sealing.key, new TextEncoder().encode(JSON.stringify(credential)), associated(sealing))
}

/** @throws CountersignError `vault_corrupt` when the bytes were not sealed with this key, key id and name, or hold no credential */
export async function openCredential(suite: Suite, sealing: Sealing, sealed: Uint8Array): Promise<Credential> {
  const plaintext = await suite.open(sealing.key, sealed, associated(sealing))
  if (plaintext === undefined) {
    throw corrupt('the stored credential does not open with this key', 'Restore the key it was sealed with, or sign in again.')
  }
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext))
  } catch {
    // No cause: the parser's message quotes the text, and the text is secret.
    throw corrupt('the stored credential is not readable', 'Sign in again.')
  }
  const credential = readCredential(value)
  if (credential === undefined) throw corrupt('the stored credential has an unknown shape', 'Update this program, or sign in again.')
  return credential
}

/** The credential in a parsed JSON value, members of other versions left out; `undefined` when it is none. */
export function readCredential(value: unknown): Credential | undefined {
  if (!isRecord(value)) return undefined
  const {
    version,
    issuer,
    clientId,
    resource,
    scope,
    accessToken,
    tokenType,
    expiresAt,
    refreshToken,
    key,
    endpoints,
    authentication,
    generation,
    obtainedAt,
  } = value
  if (version !== 1 || !isText(issuer) || !isText(clientId) || !isText(accessToken)) return undefined
  if (tokenType !== 'DPoP' && tokenType !== 'Bearer') return undefined
  if (!Array.isArray(scope) || !scope.every(isText)) return undefined
  if (!isNumber(generation) || !isNumber(obtainedAt)) return undefined
  if (!isOptional(resource, isText) || !isOptional(refreshToken, isText) || !isOptional(expiresAt, isNumber)) return undefined
  if (!isPrivateJwk(key) || !isEndpoints(endpoints)) return undefined
  if (!isOptional(authentication, isAuthentication)) return undefined
  return {
    version,
    issuer,
    clientId,
    ...(resource === undefined ? {} : { resource }),
    scope,
    accessToken,
    tokenType,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    key,
    endpoints,
    ...(authentication === undefined ? {} : { authentication }),
    generation,
    obtainedAt,
  }
}

function associated({ keyId, name }: Sealing): string {
  return JSON.stringify([FORMAT, name, keyId])
}

function corrupt(message: string, hint: string): CountersignError {
  return new CountersignError('vault_corrupt', message, { hint })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isOptional<T>(value: unknown, is: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || is(value)
}

const members: Readonly<Record<PrivateJwk['kty'], readonly string[]>> = {
  EC: ['crv', 'x', 'y', 'd'],
  OKP: ['crv', 'x', 'd'],
  RSA: ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'],
}

function isPrivateJwk(value: unknown): value is PrivateJwk {
  if (!isRecord(value)) return false
  const { kty } = value
  return (kty === 'EC' || kty === 'OKP' || kty === 'RSA') && members[kty].every((member) => isText(value[member]))
}

function isAuthentication(value: unknown): value is AuthenticationAt {
  if (!isRecord(value) || !isText(value['issuer'])) return false
  const { method, secret, key, keyId } = value
  if (method === 'private_key_jwt') return isPrivateJwk(key) && isOptional(keyId, isText)
  return (method === 'client_secret_basic' || method === 'client_secret_post') && isText(secret)
}

function isEndpoints(value: unknown): value is CredentialEndpoints {
  return isRecord(value) && isText(value['token']) && isOptional(value['revocation'], isText) && isOptional(value['userinfo'], isText)
}
