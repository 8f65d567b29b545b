/** One view model for every page and state worth looking at: friendly, hostile, long and empty. */

const site = { base: '/auth', operator: { name: 'Northgate', contact: 'security@northgate.example' } }
const form = { ...site, csrf: 'form-secret', approverName: 'Ada Lovelace' }

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 32"><style>path{fill:#0b57d0}@media(prefers-color-scheme:dark){path{fill:#8ab4f8}}</style><path d="M4 28V4h6l14 16V4h6v24h-6L10 12v16zM40 28L54 4l14 24h-7l-7-13-7 13z"/></svg>`
const theme = { accent: '#0b57d0', font: 'Georgia', logo: new TextEncoder().encode(drawing) }

/** As accounts are often called. */
const mailNamed = { approverName: 'ada.augusta.lovelace@analytical-engines.northgate.example' }

const decide = {
  ...form,
  userCode: 'WDJ-BMJ-HTL',
  client: { id: 'countersign-cli', name: 'Countersign CLI' },
  scopes: [
    { scope: 'notes:read', sentence: 'Read all your notes', ticked: true },
    { scope: 'notes:write', sentence: 'Create, change and delete notes in your name', ticked: false },
  ],
  resources: [{ resource: 'https://notes.northgate.example/mcp', name: 'Notes' }],
  device: {
    name: 'build-box-3',
    address: '203.0.113.7',
    userAgent: 'countersign/0.1.0 (linux; x64) node/20.20',
    sameNetwork: true,
    keyBound: true,
  },
  ageSeconds: 42,
  remainingSeconds: 108,
}

const decideRequest = {
  ...form,
  request: 'request-id',
  client: { id: 'notes-app', name: 'Notes App' },
  scopes: decide.scopes,
  resources: decide.resources,
  redirect: { uri: 'https://app.example:8443/callback', to: 'web', place: 'app.example:8443' },
  loopbackOnly: false,
  ageSeconds: 12,
  remainingSeconds: 588,
}

const override = '\u202e\u2066\u200b'
const hostile = {
  ...decide,
  userCode: 'WDJB-MJHT-QXKZ',
  approverName: `${override}<b>Mallory</b>`,
  client: {
    id: `x"><script>alert(1)</script>`,
    name: `${override}Your bank's "official" <img src=x onerror=alert(1)> sign-in, approved by security and the board${'!'.repeat(80)}`,
  },
  scopes: Array.from({ length: 5 }, (_, index) => ({
    scope: `very.long.permission.name:${'segment.'.repeat(6)}${index}`,
    sentence: index === 0 ? '' : 'Do a thing that takes rather many words to describe, and then some more',
    ticked: true,
  })),
  resources: [
    {
      resource: `https://a-host-name-that-goes-on-and-on.example/${'path/'.repeat(12)}`,
      name: 'A resource with a name that is longer than a line on a phone',
    },
  ],
  device: {
    name: `Zalgo${'\u0301'.repeat(40)} ${'W'.repeat(90)}`,
    address: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
    userAgent: 'M'.repeat(200),
    sameNetwork: false,
    keyBound: false,
  },
  ageSeconds: 1,
  remainingSeconds: -5,
}

const day = 86_400
const notes = decide.resources
const devices = [
  {
    grant: 'grant-1',
    label: 'Build server in the basement',
    client: decide.client,
    deviceName: 'build-box-3',
    scopes: decide.scopes,
    resources: notes,
    askedFrom: decide.device,
    approvedFrom: '203.0.113.7',
    keyBound: true,
    approvedAgo: 12 * day,
    seenAgo: 300,
  },
  {
    grant: 'grant-2',
    client: decide.client,
    deviceName: 'ada-laptop',
    scopes: decide.scopes.slice(0, 1),
    resources: notes,
    askedFrom: { address: '2001:db8:85a3:8d3:1319:8a2e:370:7348', userAgent: '' },
    approvedFrom: '198.51.100.23',
    keyBound: false,
    approvedAgo: 40,
    seenAgo: 40,
  },
  {
    grant: 'grant-3',
    client: { id: 'https://app.example/client.json', name: 'Notes App', document: { host: 'app.example', provesKey: false } },
    scopes: [],
    resources: [],
    approvedFrom: '198.51.100.23',
    keyBound: true,
    approvedAgo: 80 * day,
    seenAgo: 13 * day,
  },
]
const devicesView = { ...form, devices, notShown: 0, accessTokenLife: 900 }
const hostileDevice = {
  ...devices[0],
  label: `${override}${'L'.repeat(90)}`,
  client: hostile.client,
  deviceName: hostile.device.name,
  scopes: hostile.scopes,
  resources: hostile.resources,
  askedFrom: hostile.device,
  approvedFrom: hostile.device.address,
}

const passkey = { made: 'nonce.1800000600000', options: { challenge: 'Y2hhbGxlbmdl', rpId: 'pages.example', userVerification: 'required' } }
const newPasskey = { ...passkey, options: { ...passkey.options, user: { id: 'aGFuZGxl', name: 'ada', displayName: 'Ada' } } }
const passkeysView = {
  ...form,
  passkeys: [
    { passkey: 'passkey-1', name: 'Laptop', addedAgo: 12 * day, usedAgo: 300 },
    { passkey: 'passkey-2', name: '', addedAgo: 40 },
  ],
  change: { add: newPasskey },
}

/** Name of the picture, name of the page function, view. */
export const samples = [
  ['sign-in', 'signInPage', { ...site, csrf: 'form-secret', userCode: 'WDJ-BMJ-HTL' }],
  ['sign-in-refused', 'signInPage', { ...site, csrf: 'form-secret', name: 'ada', error: 'refused' }],
  [
    'sign-in-again',
    'signInPage',
    { ...site, csrf: 'form-secret', name: 'ada', again: true, errand: { name: 'entered', value: 'WDJ-BMJ-HTL' } },
  ],
  [
    'sign-in-elsewhere',
    'signInPage',
    { ...site, csrf: 'form-secret', passwords: false, alternatives: [{ name: 'Northgate Directory', path: '/sign-in/with/directory' }] },
  ],
  ['sign-in-passkey', 'signInPage', { ...site, csrf: 'form-secret', passkey, errand: { name: 'page', value: 'passkeys' } }],
  ['sign-in-passkey-refused', 'signInPage', { ...site, csrf: 'form-secret', passkey, error: 'passkey_refused' }],
  [
    'sign-in-passkey-again',
    'signInPage',
    { ...site, csrf: 'form-secret', passkey, name: 'ada', again: true, errand: { name: 'entered', value: 'WDJB-MJHT' } },
  ],
  ['go-on', 'goOnPage', { ...site, name: 'Northgate Directory', to: new URL('https://directory.northgate.example/authorize?state=a') }],
  ['enter-code', 'enterCodePage', form],
  ['enter-code-themed', 'enterCodePage', { ...form, theme }],
  ['enter-code-prefilled', 'enterCodePage', { ...form, prefilled: 'WDJ-BMJ-HTL' }],
  ['enter-code-wrong', 'enterCodePage', { ...form, prefilled: 'WDJ-BMJ-HTL', error: 'wrong' }],
  ['enter-code-mistyped', 'enterCodePage', { ...form, prefilled: 'WDJ-BMJ-HLT', error: 'mistyped' }],
  ['enter-code-limited', 'enterCodePage', { ...form, ...mailNamed, error: 'limited', retryAfter: 2350 }],
  ['decide', 'decidePage', decide],
  ['decide-mail-named', 'decidePage', { ...decide, ...mailNamed, ageSeconds: 0 }],
  ['decide-themed', 'decidePage', { ...decide, theme }],
  [
    'decide-other-network',
    'decidePage',
    {
      ...decide,
      error: 'not_confirmed',
      operator: undefined,
      device: { ...decide.device, name: undefined, sameNetwork: false, keyBound: false },
    },
  ],
  [
    'decide-again',
    'decidePage',
    { ...decide, scopes: decide.scopes.map((scope, index) => ({ ...scope, risky: index === 1 })), signInAgain: true },
  ],
  [
    'decide-other-country',
    'decidePage',
    {
      ...decide,
      device: { ...decide.device, sameNetwork: false, place: { country: 'FR', region: 'Grand Est', city: 'Reims' } },
      browserPlace: { country: 'DE', region: 'Sachsen', city: 'Dresden' },
    },
  ],
  ['decide-hostile', 'decidePage', hostile],
  ['decide-request', 'decideRequestPage', decideRequest],
  [
    'decide-request-here',
    'decideRequestPage',
    {
      ...decideRequest,
      error: 'nothing_ticked',
      client: { ...decideRequest.client, document: { host: 'app.example', provesKey: false } },
      redirect: { uri: 'http://127.0.0.1:49152/callback', to: 'here', place: '127.0.0.1:49152' },
      loopbackOnly: true,
    },
  ],
  ['countersign', 'countersignPage', { ...site, number: '47', clientName: 'Countersign CLI' }],
  ['devices', 'devicesPage', devicesView],
  ['devices-revoked', 'devicesPage', { ...devicesView, devices: devices.slice(0, 1), done: 'revoked', notShown: 3 }],
  ['devices-none', 'devicesPage', { ...devicesView, devices: [], done: 'revoked_all' }],
  ['devices-hostile', 'devicesPage', { ...devicesView, devices: [hostileDevice] }],
  ['devices-to-passkeys', 'devicesPage', { ...devicesView, devices: [], passkeysPath: '/passkeys' }],
  ['passkeys', 'passkeysPage', passkeysView],
  ['passkeys-added', 'passkeysPage', { ...passkeysView, passkeys: passkeysView.passkeys.slice(0, 1), done: 'added' }],
  ['passkeys-none', 'passkeysPage', { ...passkeysView, passkeys: [], error: 'refused' }],
  ['passkeys-sign-in-first', 'passkeysPage', { ...passkeysView, change: 'sign_in_first' }],
  [
    'passkeys-hostile',
    'passkeysPage',
    {
      ...passkeysView,
      approverName: hostile.approverName,
      passkeys: [{ passkey: 'x', name: `${override}${'W'.repeat(90)}`, addedAgo: 800 * day, usedAgo: 1 }],
      change: 'full',
      error: 'only',
    },
  ],
  ['done-approved', 'donePage', { ...site, outcome: 'approved', clientName: 'Countersign CLI' }],
  ['done-denied', 'donePage', { ...site, outcome: 'denied', clientName: 'Countersign CLI' }],
  ['error-too-late', 'errorPage', { ...site, kind: 'too_late' }],
  ['error-csrf', 'errorPage', { ...site, kind: 'csrf' }],
  [
    'error-request-refused',
    'errorPage',
    { ...site, kind: 'request_refused', detail: 'invalid_request: the redirect URI is not registered' },
  ],
]
