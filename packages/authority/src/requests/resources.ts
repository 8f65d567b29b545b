/** Which resources and scopes a request may be about (RFC 8707, RFC 6749 section 3.3). */
import { type Form, OAuthError, parseResource, parseScope, type Scope } from '@countersign/protocol'
import type { Context } from '../context.ts'
import type { Client } from '../records/records.ts'
import type { Resource } from '../settings.ts'

/** What was asked for, checked against what exists and what the client may ask. */
export interface Target {
  readonly resources: readonly string[]
  readonly scope: Scope
}

/**
 * The resources and scopes of a device authorization request.
 * @throws OAuthError `invalid_target`, `invalid_scope`
 */
export function targetOf(context: Context, client: Client, form: Form): Target {
  const asked = form.all('resource')
  const resources = asked.length > 0 ? asked.map((name) => known(context, name)) : [defaultResource(context)]
  const isAvailable = (token: string) =>
    (client.scopes === undefined || client.scopes.includes(token)) && resources.some(({ scopes }) => Object.hasOwn(scopes, token))
  const scope = parseScope(form.get('scope'))
  const beyond = scope.filter((token) => !isAvailable(token))
  if (beyond.length > 0) throw new OAuthError('invalid_scope', `not available to this client at this resource: ${beyond.join(' ')}`)
  // RFC 6749 section 3.3: with no scope asked, the documented default, or a refusal where the operator wants scopes to be named.
  const fallback = () => resources.flatMap((resource) => resource.defaultScope ?? Object.keys(resource.scopes))
  const settled = scope.length > 0 ? scope : [...new Set(fallback())].filter(isAvailable)
  if (settled.length === 0 && resources.some(({ scopes }) => Object.keys(scopes).length > 0))
    throw new OAuthError('invalid_scope', "name the scope with the parameter 'scope'")
  return { resources: [...new Set(resources.map(({ resource }) => resource))], scope: settled }
}

/**
 * The part of a grant's resources that a token request wants: all of them, or the ones it names.
 * @throws OAuthError `invalid_target` for anything outside the grant (RFC 8707 section 2.2)
 */
export function resourcesWithin(form: Form, granted: readonly string[]): readonly string[] {
  const asked = form.all('resource')
  for (const name of asked) {
    if (granted.includes(name)) continue
    // What is no resource at all is told so.
    parseResource(name)
    throw new OAuthError('invalid_target', 'the resource is not part of this grant')
  }
  return asked.length > 0 ? [...new Set(asked)] : granted
}

/** The part of a scope that means something at these resources; the scopes of other resources are none of their business. */
export function scopeAt(context: Pick<Context, 'resources' | 'issuer'>, resources: readonly string[], scope: Scope): Scope {
  const offered = resources.map((name) => resourceNamed(context, name)?.scopes ?? {})
  return scope.filter((token) => offered.some((scopes) => Object.hasOwn(scopes, token)))
}

/** A configured resource, or the issuer itself, which offers no scopes unless it is configured. */
export function resourceNamed(context: Pick<Context, 'resources' | 'issuer'>, name: string): Resource | undefined {
  const found = context.resources.find(({ resource }) => resource === name)
  return found ?? (name === context.issuer ? { resource: name, name: 'this authorization server', scopes: {} } : undefined)
}

function known(context: Context, asked: string): Resource {
  const found = resourceNamed(context, asked)
  if (found !== undefined) return found
  // What is no resource at all is told so.
  parseResource(asked)
  throw new OAuthError('invalid_target', 'this authorization server does not know the resource')
}

/** RFC 9068 section 3: without a resource parameter the default one; with several configured there is none to assume. */
function defaultResource(context: Context): Resource {
  const [only, ...others] = context.resources
  if (only === undefined) return known(context, context.issuer)
  if (others.length > 0) throw new OAuthError('invalid_target', "name the resource with the parameter 'resource'")
  return only
}
