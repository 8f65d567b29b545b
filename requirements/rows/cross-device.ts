/**
 * RFC 10027.
 * Compiled from the RFCs and specifications named in each row, in our own words; the cited section is the authority.
 * Written by tools/compile-requirements.mjs.
 */
import type { Row } from '../row.ts'

export const crossDevice = {
  'rfc10027-2-risk-assessment': {
    spec: 'RFC 10027',
    section: '2',
    level: 'MUST',
    actor: 'as',
    requirement: 'Carry out a risk assessment of cross-device consent phishing before enabling the device grant, and record it.',
    proof:
      'Start-up with the grant on requires an acknowledged risk profile in configuration; the docs ship a threat model whose mitigations map to named tests.',
  },
  'rfc10027-2-select-mitigations': {
    spec: 'RFC 10027',
    section: '2 / 6.1',
    level: 'MUST',
    actor: 'as',
    requirement: 'Select practical mitigations that answer the identified risks (proximity preferred).',
    proof:
      'Default profile enables short codes lifetime, one-time use, rate limits, confirmation page and sender constraint; switching one off logs a warning.',
  },
  'rfc10027-6.1.1-proximity': {
    spec: 'RFC 10027',
    section: '6.1.1',
    level: 'SHOULD',
    actor: 'as',
    requirement: 'Use a proximity signal where possible (same network, coarse geolocation), keeping its privacy impact in check.',
    proof:
      'Different country/ASN between initiating and approving side triggers a stronger warning or block per policy; VPN case documented.',
  },
  'rfc10027-5-not-same-device': {
    spec: 'RFC 10027',
    section: '5',
    level: 'SHOULD NOT',
    actor: 'client',
    requirement: 'Use the device flow when the browser is on the same machine; prefer authorization code with PKCE there.',
    proof:
      'CLI with a usable local browser and loopback chooses the code flow (when the AS offers it) unless --device is given; headless/SSH detection picks device flow.',
  },
  'rfc10027-6.1.3-one-time-codes': {
    spec: 'RFC 10027',
    section: '6.1.3',
    level: 'SHOULD',
    actor: 'as',
    requirement: 'Make user codes single or limited use, allowing a few re-entries by the same session.',
    proof: 'Code claimed by user A cannot be opened by user B; after a decision nobody can reuse it.',
  },
  'rfc10027-6.1.4-unique-code-reuse-detection': {
    spec: 'RFC 10027',
    section: '6.1.4',
    level: 'MAY',
    actor: 'as',
    requirement: 'Watch for the same code being submitted repeatedly, including after use, and refuse tokens when it looks abusive.',
    proof: 'Three distinct accounts entering one code: session cancelled and alert raised; used codes stay on a deny list for a window.',
  },
  'rfc10027-6.1.6-detect-remediate': {
    spec: 'RFC 10027',
    section: '6.1.6',
    level: 'MAY',
    actor: 'as',
    requirement: 'Be able to revoke everything issued from an abused code and reflect that at introspection.',
    proof: 'Admin or user reports a session: all tokens of that grant inactive within one second.',
  },
  'rfc10027-6.1.7-trusted-devices': {
    spec: 'RFC 10027',
    section: '6.1.7 / 6.2.1',
    level: 'MAY',
    actor: 'as',
    requirement: 'Restrict the flow to trusted or pre-registered clients/devices for sensitive resources.',
    proof: 'Policy mode: only allow-listed client_ids or attested keys may call the device endpoint.',
  },
  'rfc10027-6.1.9-limited-scopes': {
    spec: 'RFC 10027',
    section: '6.1.9 / 6.2.1',
    level: 'MAY',
    actor: 'as',
    requirement: 'Cap the scopes obtainable through the device grant and keep it away from high-value resources.',
    proof: 'Scope flagged no_device requested via device flow: invalid_scope.',
  },
  'rfc10027-6.1.10-short-lived-tokens': {
    spec: 'RFC 10027',
    section: '6.1.10',
    level: 'MAY',
    actor: 'as',
    requirement: 'Shorten access and refresh lifetimes for device-grant tokens.',
    proof: 'Per-grant lifetime settings verified.',
  },
  'rfc10027-6.1.11-issuance-rate-limit': {
    spec: 'RFC 10027',
    section: '6.1.11',
    level: 'MAY',
    actor: 'as',
    requirement: 'Limit how many user codes a client or source can obtain in a period.',
    proof: 'Hundredth code request in a minute from one client/IP is throttled with 429 and Retry-After.',
  },
  'rfc10027-6.1.14-context': {
    spec: 'RFC 10027',
    section: '6.1.14',
    level: 'SHOULD',
    actor: 'user-interface',
    requirement: 'Make clear who started the request, why, and what approving causes, and urge users to decline what they did not start.',
    proof: 'Consent copy review test: all elements present in every locale.',
  },
  'rfc10027-6.1.14-decline-prominent': {
    spec: 'RFC 10027',
    section: '6.1.14',
    level: 'SHOULD',
    actor: 'user-interface',
    requirement: 'Make decline the default or as prominent as approve.',
    proof: 'Enter key or initial focus never approves; both buttons have equal size and contrast.',
  },
  'rfc10027-6.1.16-initiation-check': {
    spec: 'RFC 10027',
    section: '6.1.16',
    level: 'MAY',
    actor: 'user-interface',
    requirement:
      'Optionally verify that the approver initiated the request (e.g. number matching or PIN shown on the authorising side and typed on the device).',
    proof: 'In number-matching mode the grant completes only after the device submits the value shown in the browser.',
  },
} as const satisfies Record<string, Row>
