/** Metadata documents, by the names the wire uses. Members this project does not use are kept, not judged. */

/** RFC 8414 section 2, with the member of RFC 8628 section 4. */
export interface AuthorizationServerMetadata {
  readonly issuer: string
  readonly token_endpoint?: string
  readonly device_authorization_endpoint?: string
  readonly authorization_endpoint?: string
  readonly registration_endpoint?: string
  readonly revocation_endpoint?: string
  readonly introspection_endpoint?: string
  readonly userinfo_endpoint?: string
  readonly jwks_uri?: string
  readonly scopes_supported?: readonly string[]
  readonly response_types_supported?: readonly string[]
  readonly grant_types_supported?: readonly string[]
  readonly token_endpoint_auth_methods_supported?: readonly string[]
  readonly code_challenge_methods_supported?: readonly string[]
  readonly dpop_signing_alg_values_supported?: readonly string[]
  readonly client_id_metadata_document_supported?: boolean
  readonly [member: string]: unknown
}

/** RFC 9728 section 2. */
export interface ProtectedResourceMetadata {
  readonly resource: string
  readonly authorization_servers?: readonly string[]
  readonly scopes_supported?: readonly string[]
  readonly bearer_methods_supported?: readonly string[]
  readonly resource_name?: string
  readonly resource_documentation?: string
  readonly dpop_signing_alg_values_supported?: readonly string[]
  readonly dpop_bound_access_tokens_required?: boolean
  readonly [member: string]: unknown
}

/** RFC 8414 section 3. */
export const AUTHORIZATION_SERVER_SUFFIX = 'oauth-authorization-server'
/** OpenID Connect Discovery 1.0 section 4. */
export const OPENID_CONFIGURATION_SUFFIX = 'openid-configuration'
/** RFC 9728 section 3. */
export const PROTECTED_RESOURCE_SUFFIX = 'oauth-protected-resource'
