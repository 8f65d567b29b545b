/**
 * RFC 8414, RFC 9728.
 * Compiled from the RFCs and specifications named in each row, in our own words; the cited section is the authority.
 * Written by tools/compile-requirements.mjs.
 */
import type { Row } from '../row.ts'

export const metadata = {
  'rfc8414-2-required-members': {
    spec: 'RFC 8414',
    section: '2',
    level: 'MUST',
    actor: 'as',
    requirement:
      'Publish issuer (https, no query or fragment), token_endpoint and response_types_supported, plus authorization_endpoint if any grant uses it.',
    proof: 'Schema test in device-only and code+device configurations.',
  },
  'rfc8414-2-auth-method-lists': {
    spec: 'RFC 8414',
    section: '2',
    level: 'MUST',
    actor: 'as',
    requirement:
      'List auth methods explicitly and, when private_key_jwt is offered, the matching *_signing_alg_values_supported without none.',
    proof:
      'Metadata lists none, client_secret_basic, client_secret_post and private_key_jwt with algs (RS256 included) for token, revocation and introspection endpoints.',
  },
  'rfc8414-3-path-insertion': {
    spec: 'RFC 8414',
    section: '3 / 3.1',
    level: 'MUST',
    actor: 'as',
    requirement:
      'Serve metadata at /.well-known/oauth-authorization-server inserted between host and issuer path, with a trailing slash of the path removed.',
    proof: 'Issuer https://h/t1 is served at /.well-known/oauth-authorization-server/t1; the appended form is not the only location.',
  },
  'rfc8414-3.2-response': {
    spec: 'RFC 8414',
    section: '3.2',
    level: 'MUST',
    actor: 'as',
    requirement: 'Answer 200 application/json and omit members that would be empty arrays.',
    proof: 'No empty arrays in the document; unsupported features are absent.',
  },
  'rfc8414-3.3-issuer-identical': {
    spec: 'RFC 8414',
    section: '3.3 / 6.2',
    level: 'MUST',
    actor: 'client',
    requirement:
      'Require issuer in the document to equal exactly (code-point comparison) the identifier used to build the URL, else use none of it.',
    proof: 'Trailing slash, case, port and different-host variants are all refused and no endpoint is called.',
  },
  'rfc8414-6.1-tls-check': {
    spec: 'RFC 8414',
    section: '6.1',
    level: 'MUST',
    actor: 'client',
    requirement: 'Perform TLS server certificate checks when fetching metadata.',
    proof: 'Expired, self-signed and wrong-host certificates abort discovery.',
  },
  'rfc9728-2-resource-required': {
    spec: 'RFC 9728',
    section: '2',
    level: 'MUST',
    actor: 'rs',
    requirement: 'Publish resource (https URL without fragment); recommend scopes_supported and resource_name.',
    proof: 'Document schema test; resource equals the configured canonical URI.',
  },
  'rfc9728-2-dpop-members': {
    spec: 'RFC 9728',
    section: '2',
    level: 'MAY',
    actor: 'rs',
    requirement: 'Announce DPoP support through dpop_signing_alg_values_supported and dpop_bound_access_tokens_required.',
    proof: 'With DPoP required both members are present and agree with enforcement.',
  },
  'rfc9728-3.1-path-insertion': {
    spec: 'RFC 9728',
    section: '3 / 3.1',
    level: 'MUST',
    actor: 'rs',
    requirement:
      'Serve the document at /.well-known/oauth-protected-resource inserted between host and path/query, dropping a terminating slash.',
    proof: 'Resource https://h/a/mcp is served at /.well-known/oauth-protected-resource/a/mcp by GET.',
  },
  'rfc9728-3.2-response': {
    spec: 'RFC 9728',
    section: '3.2',
    level: 'MUST',
    actor: 'rs',
    requirement: 'Return 200 application/json, arrays for multi-values, and omit empty members.',
    proof: 'Content type and shape asserted; unknown members are ignored by the client.',
  },
  'rfc9728-3.3-resource-identical': {
    spec: 'RFC 9728',
    section: '3.3 / 7.3',
    level: 'MUST',
    actor: 'client',
    requirement:
      'Use metadata only if resource is identical to the identifier the URL was derived from, or to the requested URL when learnt from WWW-Authenticate.',
    proof: 'Document naming another host or path is discarded and no AS is contacted.',
  },
  'rfc9728-5.1-challenge-parameter': {
    spec: 'RFC 9728',
    section: '5.1',
    level: 'MAY',
    actor: 'rs',
    requirement:
      'Offer the metadata URL as resource_metadata in WWW-Authenticate, for Bearer and DPoP schemes (MCP makes a discovery route mandatory).',
    proof: '401 and 403 responses of the middleware carry an absolute https URL that resolves to the document.',
  },
  'rfc9728-5.2-metadata-change': {
    spec: 'RFC 9728',
    section: '5.2',
    level: 'SHOULD',
    actor: 'client',
    requirement: 'On a new challenge with resource_metadata, fetch and validate again and use the new values.',
    proof: 'RS switches AS: client rediscovers, does not reuse the old AS tokens or credentials.',
  },
  'rfc9728-7.4-audience-restricted': {
    spec: 'RFC 9728',
    section: '7.4',
    level: 'SHOULD',
    actor: 'client',
    requirement: 'Request audience-restricted tokens with resource indicators when dealing with several resources.',
    proof: 'Two resources give two tokens with different aud; a malicious RS1 cannot replay at RS2.',
  },
  'rfc9728-7.7-ssrf': {
    spec: 'RFC 9728',
    section: '7.7',
    level: 'SHOULD',
    actor: 'client',
    requirement: 'Guard metadata fetches against SSRF (block internal ranges, validate redirects).',
    proof:
      'resource_metadata or issuer pointing to 169.254.169.254, 10/8, [::1], decimal IPs or a redirect to them is refused unless explicitly allowed.',
  },
} as const satisfies Record<string, Row>
