/** One view of every page, whole and friendly; tests change what they are about. */
import {
  type DecideRequestView,
  type DecideView,
  type DeviceEntry,
  type DevicesView,
  type ErrorKind,
  type Messages,
  countersignPage,
  decidePage,
  decideRequestPage,
  devicesPage,
  donePage,
  enterCodePage,
  errorPage,
  goOnPage,
  messagesIn,
  type PasskeyAsk,
  passkeysPage,
  type PasskeysView,
  signInPage,
} from '../../src/pages/index.ts'

export const site = { base: '/auth', operator: { name: 'Northgate', contact: 'the guard room, extension 7' } }

export const decideView: DecideView = {
  ...site,
  csrf: 'form-secret',
  approverName: 'Ada',
  userCode: 'WDJ-BMJ-HTL',
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

export const passkeyAsk: PasskeyAsk = {
  made: 'nonce.1800000600000',
  options: { challenge: 'Y2hhbGxlbmdl', rpId: 'auth.example', userVerification: 'required' },
}

export const passkeysView: PasskeysView = {
  ...site,
  csrf: 'form-secret',
  approverName: 'Ada',
  passkeys: [
    { passkey: 'passkey-1', name: 'Laptop', addedAgo: 3 * 86_400, usedAgo: 7200 },
    { passkey: 'passkey-2', name: '', addedAgo: 40 },
  ],
  change: { add: { ...passkeyAsk, options: { ...passkeyAsk.options, user: { id: 'aGFuZGxl', name: 'ada', displayName: 'Ada' } } } },
}

const placeNamed = (given: string) => ({ country: given, region: given, city: given })

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
      device: { name: given, address: given, userAgent: given, place: placeNamed(given), sameNetwork: false, keyBound: false },
      browserPlace: { country: 'FR', region: given },
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
          askedFrom: { address: given, userAgent: given, place: placeNamed(given) },
          approvedFrom: given,
          approvedPlace: placeNamed(given),
        },
      ],
    }),
  passkeys: (given) =>
    passkeysPage({
      ...passkeysView,
      approverName: given,
      passkeys: [{ passkey: given, name: given, addedAgo: 1 }],
      change: { add: { made: given, options: { challenge: given, user: { name: given } } } },
    }),
  signInWithPasskey: (given) =>
    signInPage({
      ...site,
      csrf: 'form-secret',
      name: given,
      again: true,
      passkey: { made: given, options: { allowCredentials: [{ id: given }] } },
    }),
  done: (given) => donePage({ ...site, outcome: 'approved', clientName: given }),
  alternatives: (given) =>
    signInPage({ ...site, csrf: 'form-secret', passwords: false, alternatives: [{ name: given, path: '/sign-in/with/a' }] }),
  goOn: (given) => goOnPage({ ...site, name: given, to: new URL('https://other.example/authorize?state=a') }),
  operator: (given) => errorPage({ base: '', operator: { name: given }, kind: 'csrf' }),
  refused: (given) => errorPage({ ...site, kind: 'request_refused', detail: given }),
}

/** Every page in every state but the one that leads away, in these words. */
export function everyPageIn(messages: Messages): readonly string[] {
  const spoken = { ...site, messages }
  const decide = { ...decideView, messages }
  const decideRequest = { ...decideRequestView, messages }
  const devices = { ...devicesView, messages }
  const enter = { ...spoken, csrf: 'form-secret', approverName: 'Ada' }
  const signIn = { ...spoken, csrf: 'form-secret' }
  return [
    signInPage(signIn),
    signInPage({ ...signIn, name: 'ada', again: true }),
    ...[true, false].map((passwords) => signInPage({ ...signIn, passwords, alternatives: [{ name: 'Corp', path: '/sign-in/with/corp' }] })),
    ...(['refused', 'limited', 'stale'] as const).map((error) => signInPage({ ...signIn, error })),
    enterCodePage({ ...enter, prefilled: 'WDJ-BMJ-HTL' }),
    ...(['wrong', 'mistyped', 'stale'] as const).map((error) => enterCodePage({ ...enter, error })),
    enterCodePage({ ...enter, error: 'limited', retryAfter: 2400 }),
    decidePage(decide),
    decidePage({ ...decide, error: 'not_confirmed', operator: undefined, scopes: [], resources: [] }),
    ...[true, false].map((provesKey) =>
      decidePage({ ...decide, client: { ...decide.client, document: { host: 'app.example', provesKey } } }),
    ),
    decidePage({ ...decide, error: 'nothing_ticked' }),
    decidePage({ ...decide, device: { ...decide.device, place: { country: 'FR', city: 'Reims' } }, browserPlace: { country: 'DE' } }),
    decidePage({ ...decide, signInAgain: true }),
    decideRequestPage({ ...decideRequest, signInAgain: true }),
    decideRequestPage({ ...decideRequest, error: 'nothing_ticked' }),
    decideRequestPage(decideRequest),
    decideRequestPage({ ...decideRequest, redirect: { uri: 'http://[::1]:1/', to: 'here', place: '[::1]:1' }, loopbackOnly: true }),
    countersignPage({ ...spoken, number: '47', clientName: 'Countersign CLI' }),
    ...([undefined, 'revoked', 'revoked_all', 'renamed'] as const).map((done) => devicesPage({ ...devices, done })),
    devicesPage({ ...devices, devices: [], notShown: 3 }),
    devicesPage({ ...devices, passkeysPath: '/passkeys' }),
    ...everyPasskeyPageIn(messages),
    ...(['approved', 'denied'] as const).map((outcome) => donePage({ ...spoken, outcome, clientName: 'Countersign CLI' })),
    ...ERROR_KINDS.map((kind) => errorPage({ ...spoken, kind })),
  ]
}

/** Those that ask for a passkey, and those that do not although they could. */
export function everyPasskeyPageIn(messages: Messages): readonly string[] {
  const signIn = { ...site, messages, csrf: 'form-secret', passkey: passkeyAsk }
  const passkeys = { ...passkeysView, messages }
  return [
    signInPage({ ...signIn, errand: { name: 'page', value: 'passkeys' } }),
    signInPage({ ...signIn, error: 'passkey_refused' }),
    signInPage({ ...signIn, name: 'ada', again: true, passwords: false, error: 'limited' }),
    ...([undefined, 'added', 'removed'] as const).map((done) => passkeysPage({ ...passkeys, done })),
    ...(['refused', 'stale', 'only'] as const).map((error) => passkeysPage({ ...passkeys, error })),
    passkeysPage({ ...passkeys, passkeys: [] }),
    passkeysPage({ ...passkeys, change: 'sign_in_first' }),
    passkeysPage({ ...passkeys, change: 'full' }),
  ]
}

const english = messagesIn('en')
const ERROR_KINDS = Object.keys(english.errors) as ErrorKind[]

/** The same in English. */
export const everyPage: readonly string[] = everyPageIn(english)
