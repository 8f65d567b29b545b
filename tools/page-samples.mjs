/** One view model for every page and state worth looking at: friendly, hostile, long and empty. */

const site = { base: '/auth', operator: { name: 'Northgate', contact: 'security@northgate.example' } }
const form = { ...site, csrf: 'form-secret', approverName: 'Ada Lovelace' }

const decide = {
  ...form,
  userCode: 'WDJB-MJHT',
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

/** Name of the picture, name of the page function, view. */
export const samples = [
  ['sign-in', 'signInPage', { ...site, csrf: 'form-secret', userCode: 'WDJB-MJHT' }],
  ['sign-in-refused', 'signInPage', { ...site, csrf: 'form-secret', name: 'ada', error: 'refused' }],
  ['enter-code', 'enterCodePage', form],
  ['enter-code-prefilled', 'enterCodePage', { ...form, prefilled: 'WDJB-MJHT' }],
  ['enter-code-wrong', 'enterCodePage', { ...form, prefilled: 'WDJB-MJHX', error: 'wrong' }],
  ['decide', 'decidePage', decide],
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
  ['decide-hostile', 'decidePage', hostile],
  ['done-approved', 'donePage', { ...site, outcome: 'approved', clientName: 'Countersign CLI' }],
  ['done-denied', 'donePage', { ...site, outcome: 'denied', clientName: 'Countersign CLI' }],
  ['error-too-late', 'errorPage', { ...site, kind: 'too_late' }],
  ['error-csrf', 'errorPage', { ...site, kind: 'csrf' }],
]
