/** Options that could only ever lead to a guard that is open or useless are refused at the start, not at the first request. */
import { CountersignError, isSecureUrl, type Scope } from '@countersign/protocol'
import type { IntrospectionOptions } from './introspection.ts'
import type { RevocationOptions } from './revocation-list.ts'

interface Checked {
  readonly resource: string
  readonly authorizationServers: readonly string[]
  readonly scopes?: Scope
  readonly initialScope?: Scope
  readonly leeway?: number
  readonly revocations?: RevocationOptions
  readonly introspection?: IntrospectionOptions
}

const LONGEST_LEEWAY = 300

/** @throws CountersignError `configuration_invalid` */
export function checkOptions(options: Checked): void {
  const { resource, authorizationServers, scopes = [], initialScope = [], leeway = 0, revocations, introspection } = options
  // RFC 9728 section 1.2: a resource identifier is an https URL without a fragment.
  checkIdentifier(resource, 'resource')
  // MCP authorization: at least one authorization server.
  if (authorizationServers.length === 0) throw invalid('no authorization server is named', 'name the issuer whose tokens are taken')
  for (const issuer of authorizationServers) {
    checkIdentifier(issuer, 'issuer')
    // RFC 8414 section 2: an issuer identifier has no query either.
    if (issuer.includes('?')) throw invalid(`issuer "${issuer}" has a query`, 'an issuer is a URL without query and fragment')
  }
  for (const scope of [...scopes, ...initialScope]) {
    // RFC 6749 section 3.3
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))
      throw invalid(`scope "${scope}" holds a character that scopes may not hold`, 'rename it')
    // MCP authorization, refresh tokens: whether a client gets one is between it and the issuer.
    if (scope === 'offline_access') throw invalid('scope "offline_access" is not a scope of a resource', 'leave it out')
  }
  if (!(leeway >= 0 && leeway <= LONGEST_LEEWAY)) throw invalid(`leeway must be between 0 and ${LONGEST_LEEWAY} seconds`, 'set the clocks')
  if (revocations !== undefined) checkRevocations(revocations)
  if (introspection !== undefined) checkIntrospection(introspection, authorizationServers)
}

function checkRevocations({ everySeconds, keepSeconds = 2 * everySeconds }: RevocationOptions): void {
  if (!(everySeconds >= 1 && everySeconds <= 3600)) throw invalid('everySeconds must be between 1 and 3600', 'ask every 10 seconds')
  if (!(keepSeconds >= 2 * everySeconds)) throw invalid('keepSeconds must be at least twice everySeconds', 'keep a list until the next one')
}

function checkIntrospection({ issuer, clientId, clientSecret, keepSeconds = 0 }: IntrospectionOptions, trusted: readonly string[]): void {
  if (!trusted.includes(issuer))
    throw invalid(`introspection asks "${issuer}", which is not trusted here`, 'name it in authorizationServers')
  if (clientId === '' || clientSecret === '')
    throw invalid('introspection needs a client that authenticates', 'register this resource there')
  if (!(keepSeconds >= 0 && keepSeconds <= 300))
    throw invalid('keepSeconds of introspection must be between 0 and 300', 'keep answers for 10')
}

function checkIdentifier(text: string, what: string): void {
  if (!URL.canParse(text) || !isSecureUrl(new URL(text)) || text.includes('#')) {
    throw invalid(`${what} "${text}" is not an https URL without a fragment`, 'use https; http is for loopback only')
  }
}

function invalid(message: string, hint: string): CountersignError {
  return new CountersignError('configuration_invalid', message, { hint })
}
