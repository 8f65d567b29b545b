/** One view of every page, whole and friendly; tests change what they are about. */
import {
  type DecideRequestView,
  type DecideView,
  type DeviceEntry,
  type DevicesView,
  decidePage,
  decideRequestPage,
  devicesPage,
  donePage,
  enterCodePage,
  errorPage,
  goOnPage,
  signInPage,
} from '../../src/pages/index.ts'

export const site = { base: '/auth', operator: { name: 'Northgate', contact: 'the guard room, extension 7' } }

export const decideView: DecideView = {
  ...site,
  csrf: 'form-secret',
  approverName: 'Ada',
  userCode: 'WDJB-MJHT',
  client: { id: 'countersign-cli', name: 'Countersign CLI' },
  scopes: [
    { scope: 'notes:read', sentence: 'Read all your notes', ticked: true },
    { scope: 'notes:write', sentence: 'Change your notes', ticked: true },
  ],
  resources: [{ resource: 'https://notes.example/mcp', name: 'Notes' }],
  device: { name: 'build-box-3', address: '203.0.113.7', userAgent: 'countersign/0.1.0', sameNetwork: true, keyBound: true },
  ageSeconds: 42,
  remainingSeconds: 108,
}

export const decideRequestView: DecideRequestView = {
  ...site,
  csrf: 'form-secret',
  approverName: 'Ada',
  request: 'request-id',
  client: { id: 'notes-app', name: 'Notes App' },
  scopes: decideView.scopes,
  resources: decideView.resources,
  redirect: { uri: 'https://app.example:8443/callback', to: 'web', place: 'app.example:8443' },
  loopbackOnly: false,
  ageSeconds: 42,
  remainingSeconds: 108,
}

export const deviceEntry: DeviceEntry = {
  grant: 'grant-id',
  client: decideView.client,
  deviceName: 'build-box-3',
  scopes: decideView.scopes,
  resources: decideView.resources,
  askedFrom: { address: '203.0.113.7', userAgent: 'countersign/0.1.0' },
  approvedFrom: '203.0.113.9',
  keyBound: true,
  approvedAgo: 3 * 86_400,
  seenAgo: 7200,
}

export const devicesView: DevicesView = {
  ...site,
  csrf: 'form-secret',
  approverName: 'Ada',
  devices: [deviceEntry, { ...deviceEntry, grant: 'grant-2', label: 'Basement', keyBound: false }],
  notShown: 0,
  accessTokenLife: 900,
}

/** Each page, fed one string wherever somebody outside chooses one. */
export const pagesWith: Readonly<Record<string, (given: string) => string>> = {
  signIn: (given) =>
    signInPage({ ...site, csrf: 'form-secret', errand: { name: 'user_code', value: given }, name: given, error: 'refused' }),
  enterCode: (given) => enterCodePage({ ...site, csrf: 'form-secret', approverName: given, prefilled: given, error: 'wrong' }),
  decide: (given) =>
    decidePage({
      ...decideView,
      approverName: given,
      userCode: given.replaceAll('-', ''),
      client: { id: given, name: given, document: { host: given, provesKey: false } },
      scopes: [{ scope: given, sentence: given, ticked: true }],
      resources: [{ resource: given, name: given }],
      device: { name: given, address: given, userAgent: given, sameNetwork: false, keyBound: false },
    }),
  decideRequest: (given) =>
    decideRequestPage({
      ...decideRequestView,
      approverName: given,
      request: given,
      client: { id: given, name: given },
      scopes: [{ scope: given, sentence: given, ticked: true }],
      resources: [{ resource: given, name: given }],
      redirect: { uri: given, to: 'web', place: given },
    }),
  devices: (given) =>
    devicesPage({
      ...devicesView,
      approverName: given,
      devices: [
        {
          ...deviceEntry,
          grant: given,
          label: given,
          deviceName: given,
          client: { id: given, name: given, document: { host: given, provesKey: false } },
          scopes: [{ scope: given, sentence: given, ticked: true }],
          resources: [{ resource: given, name: given }],
          askedFrom: { address: given, userAgent: given },
          approvedFrom: given,
        },
      ],
    }),
  done: (given) => donePage({ ...site, outcome: 'approved', clientName: given }),
  alternatives: (given) =>
    signInPage({ ...site, csrf: 'form-secret', passwords: false, alternatives: [{ name: given, path: '/sign-in/with/a' }] }),
  goOn: (given) => goOnPage({ ...site, name: given, to: new URL('https://other.example/authorize?state=a') }),
  operator: (given) => errorPage({ base: '', operator: { name: given }, kind: 'csrf' }),
  refused: (given) => errorPage({ ...site, kind: 'request_refused', detail: given }),
}

/** Every page in every state. */
export const everyPage: readonly string[] = [
  signInPage({ ...site, csrf: 'form-secret' }),
  ...[true, false].map((passwords) =>
    signInPage({ ...site, csrf: 'form-secret', passwords, alternatives: [{ name: 'Corp', path: '/sign-in/with/corp' }] }),
  ),
  ...(['refused', 'limited', 'stale'] as const).map((error) => signInPage({ ...site, csrf: 'form-secret', error })),
  enterCodePage({ ...site, csrf: 'form-secret', approverName: 'Ada', prefilled: 'WDJB-MJHT' }),
  ...(['wrong', 'limited', 'stale'] as const).map((error) => enterCodePage({ ...site, csrf: 'form-secret', approverName: 'Ada', error })),
  decidePage(decideView),
  decidePage({ ...decideView, error: 'not_confirmed', operator: undefined, scopes: [], resources: [] }),
  ...[true, false].map((provesKey) =>
    decidePage({ ...decideView, client: { ...decideView.client, document: { host: 'app.example', provesKey } } }),
  ),
  decidePage({ ...decideView, error: 'nothing_ticked' }),
  decidePage({ ...decideView, signInAgain: true }),
  decideRequestPage({ ...decideRequestView, signInAgain: true }),
  signInPage({ ...site, csrf: 'form-secret', name: 'ada', again: true }),
  decideRequestPage({ ...decideRequestView, error: 'nothing_ticked' }),
  decideRequestPage(decideRequestView),
  decideRequestPage({ ...decideRequestView, redirect: { uri: 'http://[::1]:1/', to: 'here', place: '[::1]:1' }, loopbackOnly: true }),
  ...([undefined, 'revoked', 'revoked_all', 'renamed'] as const).map((done) => devicesPage({ ...devicesView, done })),
  devicesPage({ ...devicesView, devices: [], notShown: 3 }),
  ...(['approved', 'denied'] as const).map((outcome) => donePage({ ...site, outcome, clientName: 'Countersign CLI' })),
  ...(
    [
      'expired',
      'too_late',
      'taken',
      'decided',
      'not_entered',
      'csrf',
      'limited',
      'not_found',
      'invalid',
      'unavailable',
      'request_refused',
      'request_ended',
      'request_stale',
      'sign_in_ended',
      'sign_in_refused',
      'not_admitted',
      'devices_stale',
    ] as const
  ).map((kind) => errorPage({ ...site, kind })),
]
