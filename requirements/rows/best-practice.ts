/**
 * RFC 9700 update draft, RFC 9700, derived.
 * Compiled from the RFCs and specifications named in each row, in our own words; the cited section is the authority.
 * Written by tools/compile-requirements.mjs.
 */
import type { Row } from '../row.ts'

export const bestPractice = {
  'rfc9700upd-audience-injection': {
    spec: 'RFC 9700 update draft',
    section: '2.1 (audience injection)',
    level: 'MUST',
    actor: 'client',
    requirement:
      'Set the validated issuer as the only audience of client assertions; the device authorization endpoint is a named target of the attack.',
    proof:
      'Malicious metadata declaring a foreign token_endpoint: captured assertion at its device endpoint has aud equal to the malicious issuer only.',
  },
  'rfc9700-2.1-no-open-redirector': {
    spec: 'RFC 9700',
    section: '2.1 / 4.11',
    level: 'MUST NOT',
    actor: 'user-interface',
    requirement: 'Offer any URL that forwards the browser to an address taken from a query parameter.',
    proof: 'return_to, next and similar parameters with absolute, protocol-relative or backslash URLs stay on origin.',
  },
  'rfc9700-2.1-mix-up': {
    spec: 'RFC 9700',
    section: '2.1 / 4.4',
    level: 'MUST',
    actor: 'client',
    requirement:
      'Defend against mix-up when talking to several servers: keep device_code, token endpoint, issuer and keys of a session together.',
    proof:
      'Two mock ASs: a device_code is only ever sent to the token endpoint from the same validated issuer metadata; tokens are stored per issuer.',
  },
  'rfc9700-2.1.1-pkce-support': {
    spec: 'RFC 9700',
    section: '2.1.1',
    level: 'MUST',
    actor: 'as',
    requirement: 'Support PKCE and make that detectable through code_challenge_methods_supported wherever the code grant is offered.',
    proof:
      'With the code grant on, metadata lists S256, verifier is enforced and downgrade attempts fail; with it off the field is absent.',
  },
  'rfc9700-2.2.1-sender-constrained': {
    spec: 'RFC 9700',
    section: '2.2.1',
    level: 'SHOULD',
    actor: 'as',
    requirement: 'Offer sender-constrained access tokens (DPoP or mTLS) at the AS and enforce them at the RS.',
    proof: 'End-to-end test: a stolen DPoP token without the key is useless at the RS.',
  },
  'rfc9700-2.2.2-refresh-public': {
    spec: 'RFC 9700',
    section: '2.2.2 / 4.14.2',
    level: 'MUST',
    actor: 'as',
    requirement: 'For public clients either sender-constrain refresh tokens or rotate them with replay detection.',
    proof:
      'Public client refresh: new token returned and old one dead, or DPoP key mismatch refused; a configuration with neither does not start.',
  },
  'rfc9700-4.14.2-reuse-revokes': {
    spec: 'RFC 9700',
    section: '4.14.2',
    level: 'MUST',
    actor: 'as',
    requirement: 'When a rotated-out refresh token shows up again, revoke the active one (OAuth 2.1: and the grant).',
    proof:
      'Use RT1, get RT2, replay RT1 outside any grace window: invalid_grant, RT2 dead, access tokens of the family inactive, audit event.',
  },
  'rfc9700-4.14.2-rotation-atomic': {
    spec: 'derived',
    section: 'RFC 9700 4.14.2',
    level: 'MUST',
    actor: 'as',
    requirement:
      'Make rotation atomic so that concurrent refreshes cannot fork a family, and keep any grace for benign races short and key-bound.',
    proof:
      '50 parallel refreshes of one token: one successor lineage, no 500s, no family kill inside the configured grace; outside it the family dies.',
  },
  'rfc9700-4.14.2-bound-scope-resource': {
    spec: 'RFC 9700',
    section: '4.14.2',
    level: 'MUST',
    actor: 'as',
    requirement: 'Bind refresh tokens to the consented scopes and resource servers.',
    proof: 'Refresh for a resource not in the consent: invalid_target; scope beyond consent: invalid_scope.',
  },
  'rfc9700-4.14.2-idle-expiry': {
    spec: 'RFC 9700',
    section: '4.14.2',
    level: 'SHOULD',
    actor: 'as',
    requirement: 'Expire refresh tokens after a period without use.',
    proof: 'Idle longer than the limit: invalid_grant; activity extends it but never past the absolute grant lifetime.',
  },
  'rfc9700-2.3-audience-privilege': {
    spec: 'RFC 9700',
    section: '2.3',
    level: 'SHOULD',
    actor: 'as',
    requirement: 'Restrict access tokens to the least privilege and to a specific resource server.',
    proof: 'Token for resource A is refused by B; multi-audience tokens need explicit policy.',
  },
  'rfc9700-2.4-no-ropc': {
    spec: 'RFC 9700',
    section: '2.4',
    level: 'MUST NOT',
    actor: 'as',
    requirement: 'Implement the resource owner password grant.',
    proof: 'grant_type=password gives unsupported_grant_type and never appears in metadata.',
  },
  'rfc9700-2.6-client-id-namespace': {
    spec: 'RFC 9700',
    section: '2.6 / 4.15',
    level: 'SHOULD NOT',
    actor: 'as',
    requirement:
      'Let clients choose a client_id or claim that could be mistaken for a user; otherwise give the RS a way to tell user from client tokens.',
    proof: 'Client-credentials token sub cannot equal a user sub; registration cannot set client_id.',
  },
  'rfc9700-4.12-no-307': {
    spec: 'RFC 9700',
    section: '4.12',
    level: 'MUST NOT',
    actor: 'user-interface',
    requirement: 'Redirect credential- or consent-bearing POSTs with 307 (use 303).',
    proof: 'Login, code entry and consent POSTs answer 303 or 200.',
  },
  'rfc9700-4.13-proxy-headers': {
    spec: 'RFC 9700',
    section: '4.13',
    level: 'MUST',
    actor: 'as',
    requirement: 'Trust forwarded headers only from a sanitising proxy.',
    proof: 'X-Forwarded-For/Host/Proto from an untrusted peer do not affect rate-limit keys, issuer or the htu comparison.',
  },
  'rfc9700-4.16-clickjacking': {
    spec: 'RFC 9700',
    section: '4.16',
    level: 'MUST',
    actor: 'user-interface',
    requirement: 'Prevent framing of login, code-entry, consent and error pages (CSP frame-ancestors plus X-Frame-Options).',
    proof: 'Headers asserted on every HTML route; an iframe embedding test renders nothing.',
  },
  'dpopdevice-nonce-vs-interval': {
    spec: 'derived',
    section: 'RFC 9449 8 + RFC 8628 3.5',
    level: 'MUST',
    actor: 'as',
    requirement:
      'Check the DPoP nonce before the polling-interval accounting, and have clients treat use_dpop_nonce as retry-at-once, not as a terminal error.',
    proof: 'Nonce-required AS: poll, use_dpop_nonce, immediate retry: no slow_down, no abort; lastPoll is updated once.',
  },
  'rfc8414-device-endpoint-same-document': {
    spec: 'derived',
    section: 'RFC 8414 2 + RFC 8628 4',
    level: 'MUST',
    actor: 'client',
    requirement:
      'Take device_authorization_endpoint and token_endpoint from the same validated document and fail clearly if the grant is not advertised.',
    proof: 'Metadata without the endpoint or URN: client reports that the device grant is unsupported and sends nothing.',
  },
  'rfc8707-2-device-request': {
    spec: 'derived',
    section: 'RFC 8707 2 + RFC 8628 3.1',
    level: 'SHOULD',
    actor: 'as',
    requirement:
      'Accept resource in the device authorization request so the consent page can name the target and the poll cannot widen it.',
    proof: 'Consent shows the resource; a poll naming a different one gives invalid_target.',
  },
  'cimd-device-grant-opt-in': {
    spec: 'derived',
    section: 'CIMD 4.1 + RFC 7591 2',
    level: 'MUST',
    actor: 'as',
    requirement:
      'Allow the device grant for such a client only if its document lists the device_code URN in grant_types, and never require redirect_uris for a device-only client unless policy says so.',
    proof: 'Document without the URN: unauthorized_client; device-only document behaves per configured policy.',
  },
} as const satisfies Record<string, Row>
