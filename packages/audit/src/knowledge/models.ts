/** What is known of libraries: a call of theirs already keeps some rules, so nothing has to be seen of it in the source. */
import type { Call, Func, SourceFile } from '../neutral/tree.ts'
import { calleeOf, lastName } from '../neutral/walk.ts'

export interface Model {
  /** As its package is called. */
  readonly library: string
  /** Imported modules that make the call this library's. */
  readonly modules: RegExp
  /** The last name of the call that polls. */
  readonly call: RegExp
  /** Rules that the library keeps for everybody who calls it. */
  readonly keeps: readonly string[]
  /** Rules that it is known to break. */
  readonly breaks: readonly string[]
}

const POLLING = ['DF-C01', 'DF-C02', 'DF-C03', 'DF-C04', 'DF-C05', 'DF-C11']

/** Each row was read in the published package or measured against a server that records. */
const MODELS: readonly Model[] = [
  { library: 'golang.org/x/oauth2', modules: /golang\.org\/x\/oauth2/, call: /^DeviceAccessToken$/, keeps: POLLING, breaks: [] },
  { library: 'msal', modules: /^msal/, call: /^acquire_token_by_device_flow$/, keeps: POLLING, breaks: [] },
  {
    library: '@azure/msal-node',
    modules: /msal-(?:node|common)/,
    call: /^acquireTokenByDeviceCode$/,
    keeps: ['DF-C01', 'DF-C03', 'DF-C04', 'DF-C05', 'DF-C11'],
    breaks: [],
  },
  {
    library: 'microsoft-authentication-library-for-go',
    modules: /microsoft-authentication-library-for-go/,
    call: /^(?:AcquireTokenByDeviceCode|AuthenticationResult)$/,
    keeps: POLLING,
    breaks: [],
  },
  { library: 'openid-client', modules: /^openid-client$/, call: /^pollDeviceAuthorizationGrant$/, keeps: POLLING, breaks: [] },
  { library: 'openid-client', modules: /^openid-client$/, call: /^(?:deviceAuthorization|poll)$/, keeps: POLLING, breaks: [] },
  {
    library: '@octokit/auth-oauth-device',
    modules: /@octokit\/(?:auth-oauth-device|auth-oauth-user|oauth-methods)/,
    call: /^createOAuthDeviceAuth$/,
    keeps: ['DF-C01', 'DF-C02', 'DF-C04', 'DF-C05', 'DF-C11'],
    breaks: ['DF-C03'],
  },
  {
    library: 'azure-identity',
    modules: /azure[./]identity|@azure\/identity|azidentity/,
    call: /^(?:DeviceCodeCredential|NewDeviceCodeCredential)$/,
    keeps: POLLING,
    breaks: [],
  },
  {
    library: 'github.com/cli/oauth',
    modules: /github\.com\/cli\/oauth/,
    call: /^(?:DetectFlow|DeviceFlow|Wait|PollToken)$/,
    keeps: ['DF-C01', 'DF-C03', 'DF-C04', 'DF-C05', 'DF-C11'],
    breaks: [],
  },
  {
    library: 'github.com/zitadel/oidc',
    modules: /zitadel\/oidc/,
    call: /^(?:DeviceAccessToken|CallDeviceAccessTokenEndpoint|PollDeviceAccessTokenEndpoint)$/,
    keeps: POLLING,
    breaks: [],
  },
  { library: 'google-auth-oauthlib', modules: /oauthlib/, call: /^(?:run_device_flow|device_flow)$/, keeps: ['DF-C11'], breaks: [] },
]

/** The model of the library that a call asks to poll; undefined when none is known. */
export function modelOf(call: Call, func: Func): Model | undefined {
  const name = lastName(call.callee)
  return MODELS.find(
    (model) =>
      model.call.test(name) &&
      (func.file.imports.some(({ module }) => model.modules.test(module)) ||
        (name.length > 16 &&
          !/^this\.\w+$/.test(calleeOf(call)) &&
          /^(?:acquireTokenByDeviceCode|DeviceAccessToken|acquire_token_by_device_flow|pollDeviceAuthorizationGrant)$/.test(name))),
  )
}

/** Frameworks that redeem: what they do for every server that is built on them. */
interface Framework {
  readonly library: string
  readonly modules: RegExp
  readonly keeps: readonly string[]
}

const FRAMEWORKS: readonly Framework[] = [
  { library: 'authlib', modules: /^authlib\.oauth2\.rfc8628/, keeps: ['DF-S01', 'DF-S02', 'DF-S07', 'DF-S08', 'DF-S11'] },
  { library: 'oauthlib', modules: /^oauthlib\.oauth2/, keeps: ['DF-S07', 'DF-S11'] },
  { library: 'fosite', modules: /fosite|authelia\.com\/provider\/oauth2/, keeps: ['DF-S01', 'DF-S02', 'DF-S07', 'DF-S11', 'DF-S18'] },
  { library: 'oidc-provider', modules: /^oidc-provider$/, keeps: ['DF-S01', 'DF-S02', 'DF-S07', 'DF-S11', 'DF-S12'] },
]

/** The framework that keeps a rule for a server that is built on it; undefined when none does. */
export function frameworkFor(rule: string, files: readonly SourceFile[]): string | undefined {
  return FRAMEWORKS.find(
    ({ modules, keeps }) => keeps.includes(rule) && files.some(({ imports }) => imports.some(({ module }) => modules.test(module))),
  )?.library
}
