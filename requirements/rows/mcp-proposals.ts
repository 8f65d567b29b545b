/**
 * SEP-2059, SEP-1932.
 * Compiled from the RFCs and specifications named in each row, in our own words; the cited section is the authority.
 * Written by tools/compile-requirements.mjs.
 */
import type { Row } from '../row.ts'

export const mcpProposals = {
  'sep2059-2.1-unauthenticated-start': {
    spec: 'SEP-2059',
    section: '2.1',
    level: 'SEP',
    actor: 'mcp-server',
    requirement:
      'Start and answer discovery normally without credentials, offering only auth_login (optionally auth_status) and clear errors for other tools.',
    proof: 'Launch with no credentials: process stays up; tools/list is [auth_login]; other calls give an auth-required error.',
  },
  'sep2059-2.2-preauthenticated': {
    spec: 'SEP-2059',
    section: '2.2',
    level: 'SEP',
    actor: 'mcp-server',
    requirement: 'Start with the full tool set when credentials are available.',
    proof: 'Token in the environment: all tools at once, no login prompt.',
  },
  'sep2059-3-auth-login-tool': {
    spec: 'SEP-2059',
    section: '3.1-3.3',
    level: 'SEP',
    actor: 'mcp-server',
    requirement:
      'auth_login (optional scopes) starts the device request, presents URI and code, polls with progress, keeps the token in memory and reports success.',
    proof: 'End-to-end over stdio with a mock AS under 2026-07-28 (MRTR) and 2025-11-25 peers.',
  },
  'sep2059-3.4-internal-errors': {
    spec: 'SEP-2059',
    section: '3.4',
    level: 'SEP',
    actor: 'mcp-server',
    requirement: 'Keep authorization_pending and slow_down internal; surface denial and expiry and stay unauthenticated.',
    proof: 'Host never sees pending or slow_down; denied and expired produce readable results.',
  },
  'sep2059-4-list-changed': {
    spec: 'SEP-2059',
    section: '4',
    level: 'SEP',
    actor: 'mcp-server',
    requirement:
      'Announce the new tool list after authentication (legacy peers only: under 2026-07-28 tools/list must not change as a side effect of another request, see mcp-tools-list-no-side-effects).',
    proof: '2025-11-25 peer gets list_changed after login; 2026-07-28 peer sees an unchanging list.',
  },
  'sep2059-4.1-lazy-auth': {
    spec: 'SEP-2059',
    section: '4.1',
    level: 'SEP',
    actor: 'mcp-server',
    requirement:
      'Support lazy login (the pattern that fits 2026-07-28): list all tools, trigger login on the first call that needs it, then finish that call.',
    proof: 'First tool call returns input_required; the retry returns the real result; parallel calls share one login.',
  },
  'sep2059-5.1-ephemeral-tokens': {
    spec: 'SEP-2059',
    section: '5.1',
    level: 'SEP',
    actor: 'mcp-server',
    requirement: 'Hold tokens in memory for the process lifetime by default.',
    proof: 'File-system watch during login and exit shows no token written.',
  },
  'sep2059-5.3-opt-in-persistence': {
    spec: 'SEP-2059',
    section: '5.3',
    level: 'SEP',
    actor: 'mcp-server',
    requirement: 'Persist only by opt-in, in secure storage, with documented implications.',
    proof: 'Flag off: nothing stored; on: OS keyring or encrypted file, refusing plaintext fallback.',
  },
  'sep2059-6-cimd-passthrough': {
    spec: 'SEP-2059',
    section: '6 / 9.3',
    level: 'SEP',
    actor: 'mcp-server',
    requirement: 'Accept a host CIMD URL (MCP_OAUTH_CLIENT_ID) after checking it is https, never the AS from the host, and log it.',
    proof: 'http or malformed value refused; allow-list honoured; AS stays as configured; server does not fetch the document.',
  },
  'sep2059-7.2-flow-priority': {
    spec: 'SEP-2059',
    section: '7',
    level: 'SEP',
    actor: 'mcp-server',
    requirement: 'Prefer a redirect flow when the host supports it; use device flow as the fallback.',
    proof: 'Capability matrix selects the expected flow.',
  },
  'sep2059-8-scope-step-up': {
    spec: 'SEP-2059',
    section: '8',
    level: 'SEP',
    actor: 'mcp-server',
    requirement: 'Report insufficient scope with required and current scopes and offer a step-up login.',
    proof: 'Under-scoped call yields the hint; auth_upgrade_scope obtains the union and the call then passes.',
  },
  'sep2059-9.2-interval': {
    spec: 'SEP-2059',
    section: '9.2',
    level: 'SEP',
    actor: 'mcp-server',
    requirement: 'Respect interval; its wish for exponential backoff on slow_down is stricter than RFC 8628 (+5 s), which stays the floor.',
    proof: 'Poll gaps are never below the RFC schedule.',
  },
  'sep2059-10.2-sdk-opt-in': {
    spec: 'SEP-2059',
    section: '10.2',
    level: 'SEP',
    actor: 'mcp-server',
    requirement: 'Provide opt-in configuration that hides the whole device-flow state machine from server authors.',
    proof: 'Three-line example enables login; disabled by default.',
  },
  'sep1932-mcp-dpop-client': {
    spec: 'SEP-1932',
    section: 'DPoP extension',
    level: 'SEP',
    actor: 'mcp-client',
    requirement: 'Use the DPoP scheme with a fresh proof per MCP request and handle nonce challenges from AS and server.',
    proof: 'Run the public MCP conformance scenarios auth/dpop and auth/dpop-nonce.',
  },
  'sep1932-mcp-dpop-server': {
    spec: 'SEP-1932',
    section: 'DPoP extension',
    level: 'SEP',
    actor: 'mcp-server',
    requirement: 'Validate proofs per RFC 9449 4.3, iat within 5 minutes when stateless, reject with 401 and keep validating audience.',
    proof: 'Public conformance checks sep-1932-server-* pass.',
  },
} as const satisfies Record<string, Row>
