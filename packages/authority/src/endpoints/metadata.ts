/** What the authority says about itself (RFC 8414; the same document at the OpenID Connect location). */
import type { AuthorizationServerMetadata } from '@countersign/protocol'
import { PROOF_ALGORITHMS } from '@countersign/proof'
import { AUTHENTICATION_METHODS } from '../clients/authentication/authenticate.ts'
import { type Context, type Endpoint, urlOf } from '../context.ts'
import { PROMPTS } from './authorization/prompt.ts'
import { publicJson } from '../requests/replies.ts'
import { grantTypesOf } from './token.ts'

export const metadataEndpoint: Endpoint = async (context) => publicJson(JSON.stringify(metadataOf(context)))

export const jwksEndpoint: Endpoint = async (context) => publicJson(await context.keys.jwks())

function metadataOf(context: Pick<Context, 'issuer' | 'resources' | 'settings'>): AuthorizationServerMetadata {
  const scopes = [...new Set(context.resources.flatMap(({ scopes }) => Object.keys(scopes)))]
  return {
    issuer: context.issuer,
    token_endpoint: urlOf(context, '/token'),
    // RFC 8628 section 4
    device_authorization_endpoint: urlOf(context, '/device_authorization'),
    revocation_endpoint: urlOf(context, '/revoke'),
    introspection_endpoint: urlOf(context, '/introspect'),
    // docs/revocation-list.md
    revocation_list_uri: urlOf(context, '/revocations'),
    userinfo_endpoint: urlOf(context, '/userinfo'),
    jwks_uri: urlOf(context, '/jwks'),
    ...(context.settings.codeGrant === 'on' ? codeGrant(context) : { response_types_supported: [] }),
    grant_types_supported: grantTypesOf(context),
    ...authenticationAt('token', AUTHENTICATION_METHODS),
    ...authenticationAt('revocation', AUTHENTICATION_METHODS),
    ...authenticationAt(
      'introspection',
      AUTHENTICATION_METHODS.filter((method) => method !== 'none'),
    ),
    ...(context.settings.registration === 'off' ? {} : { registration_endpoint: urlOf(context, '/register') }),
    // CIMD draft section 5
    ...(context.settings.clientDocuments === 'off' ? {} : { client_id_metadata_document_supported: true }),
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    // docs/countersign.md
    countersign_supported: true,
    countersign_approval_policy: context.settings.approvalPolicy,
    // RFC 8414 section 3.2: empty members are left out.
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    ...(context.resources.length === 0 ? {} : { protected_resources: context.resources.map(({ resource }) => resource) }),
  }
}

/** What generic MCP clients look for before anything else. RFC 8414 section 2 requires response_types_supported, even empty. */
function codeGrant(context: Pick<Context, 'issuer'>) {
  return {
    authorization_endpoint: urlOf(context, '/authorize'),
    // RFC 9126 section 5
    pushed_authorization_request_endpoint: urlOf(context, '/par'),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    // OpenID Connect Core 1.0 section 3.1.2.1
    prompt_values_supported: PROMPTS,
    // RFC 9700 section 2.1.1: PKCE support has to be detectable.
    code_challenge_methods_supported: ['S256'],
    // RFC 9207 section 3
    authorization_response_iss_parameter_supported: true,
  }
}

/** RFC 8414 section 2: with private_key_jwt the algorithms must be listed too, and `none` must not be among them. */
function authenticationAt(
  endpoint: 'token' | 'revocation' | 'introspection',
  methods: readonly string[],
): Record<string, readonly string[]> {
  return {
    [`${endpoint}_endpoint_auth_methods_supported`]: methods,
    [`${endpoint}_endpoint_auth_signing_alg_values_supported`]: PROOF_ALGORITHMS,
  }
}
