/** From flags and environment to what the proxy takes. Every flag is checked before anything is opened or sent. */
import type { ProxyOptions } from '@countersign/mcp/stdio'
import { CountersignError, isLoopbackHost, isSecureUrl } from '@countersign/protocol'
import type { ProxyCommandOptions } from '../commands/proxy-options.ts'
import { clientOfMcpRemote } from './client-of-mcp-remote.ts'
import { milliseconds, readFlagFile, readSecretFile, whole } from './flags.ts'

/** But for what `wrap` is told as well (`openFront`). */
type Settings = Omit<ProxyOptions, 'memory' | 'onEvent' | 'deviceName' | 'profile' | 'scope'>
type Environment = Readonly<Record<string, string | undefined>>

/** @throws CountersignError `usage`, `insecure_url` */
export async function readProxyOptions(url: string, options: ProxyCommandOptions, environment: Environment): Promise<Settings> {
  const { resource } = options
  const given = await headersGiven(options)
  const authorizeParameters = parametersOf(options.authorizeParam ?? [])
  const named = { ...(typeof resource === 'string' ? { resource } : {}), clientMetadataUrl: options.clientMetadataUrl }
  const former =
    options.clientOfMcpRemote === true
      ? await clientOfMcpRemote({ url, headers: given, authorizeParameters, ...named }, environment)
      : undefined
  const client = {
    clientName: 'Countersign',
    ...(await clientOf(options, environment)),
    ...(former === undefined ? {} : { clientId: former.clientId, clientSecret: former.clientSecret }),
  }
  if (options.flow === 'client-credentials' && client.clientSecret === undefined)
    throw usage(
      '--flow client-credentials: the client has no secret',
      'Give --client-id, and --client-secret-file or COUNTERSIGN_CLIENT_SECRET.',
    )
  return {
    url: serverUrl(url),
    headers: headersOf(given, environment),
    issuer: options.issuer,
    // The flag without a value is what `--no-resource` sets to false; left out it is true.
    ...(typeof resource === 'string' ? { resource } : resource === false ? { resource: null } : {}),
    // A client that was registered for links gets no code.
    flow: options.flow ?? (former?.mayUseDevice === false ? 'code' : undefined),
    authorizeParameters,
    client,
    callback: {
      host: callbackHost(options.callbackHost ?? former?.redirect?.host),
      port: options.callbackPort === undefined ? former?.redirect?.port : whole('--callback-port', options.callbackPort, 65_535),
      path: callbackPath(options.callbackPath ?? former?.redirect?.path),
    },
    verificationHosts: options.verificationHost,
    ignoreTools: options.ignoreTool ?? [],
    limits: {
      headersTimeout: milliseconds('--headers-timeout', options.headersTimeout),
    },
  }
}

function serverUrl(text: string): string {
  if (!URL.canParse(text)) throw usage(`not a URL: ${text}`, 'Give the whole address, with https://.')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    throw usage('the URL must not hold a user name or password', 'Use --header for a fixed credential.')
  if (!isSecureUrl(url)) {
    throw new CountersignError('insecure_url', `not an https URL: ${text}`, {
      hint: 'Tokens go over https only, or to this machine itself.',
    })
  }
  return url.hash === '' ? text : text.slice(0, text.indexOf('#'))
}

/** As they were written, by name. */
async function headersGiven({ header = [], headerFile = [] }: ProxyCommandOptions): Promise<Readonly<Record<string, string>>> {
  const files = await Promise.all(headerFile.map((path) => readFlagFile('--header-file', path)))
  const lines = [...files.flatMap((text) => text.split(/\r?\n/)).filter((line) => line.trim() !== '' && !line.startsWith('#')), ...header]
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
      if (name === undefined || value === undefined) throw usage('--header: not "Name: value"', 'like --header "X-Team: blue"')
      return [name, value]
    }),
  )
}

function headersOf(given: Readonly<Record<string, string>>, environment: Environment): Record<string, string> {
  const valueOf = (name: string, value: string) =>
    value.replace(/\$\{(\w+)\}/g, (_whole, variable: string) => {
      const found = environment[variable]
      if (found === undefined)
        throw usage(`--header ${name}: the variable ${variable} is not set`, `Set ${variable} in the environment of the proxy.`)
      return found
    })
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), valueOf(name, value)]))
}

/** What the protocol itself says in an authorization request, and a person must not say otherwise. */
const OWN_PARAMETERS =
  /^(?:client_id|redirect_uri|response_type|response_mode|state|scope|resource|code_challenge(?:_method)?|dpop_jkt|request(?:_uri)?)$/

function parametersOf(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((each) => {
      const [, name, value] = /^([\w.:-]+)=(.*)$/.exec(each) ?? []
      if (name === undefined || value === undefined) throw usage('--authorize-param: not name=value', 'like access_type=offline')
      if (OWN_PARAMETERS.test(name))
        throw usage(`--authorize-param: ${name} is said by the protocol itself`, 'There is --scope, --resource and --client-id.')
      return [name, value]
    }),
  )
}

async function clientOf(options: ProxyCommandOptions, environment: Environment): Promise<Omit<ProxyOptions['client'], 'clientName'>> {
  const info = await objectOf('--static-oauth-client-info', options.staticOauthClientInfo)
  const inline = options.staticOauthClientInfo !== undefined && !options.staticOauthClientInfo.startsWith('@')
  if (inline && info?.['client_secret'] !== undefined) {
    throw usage(
      '--static-oauth-client-info: a secret in an argument can be seen by others',
      'Put it into a file and give @file, or into COUNTERSIGN_CLIENT_SECRET.',
    )
  }
  const clientId = options.clientId ?? text(info, 'client_id')
  const fromFile = await readSecretFile(options.clientSecretFile)
  const clientSecret = fromFile ?? text(info, 'client_secret') ?? environment['COUNTERSIGN_CLIENT_SECRET']
  if (clientSecret !== undefined && clientId === undefined)
    throw usage('a client secret without a client', 'Name the client with --client-id.')
  const { clientMetadataUrl } = options
  if (clientMetadataUrl !== undefined && (!URL.canParse(clientMetadataUrl) || !/^https:\/\/[^/]+\/./.test(clientMetadataUrl))) {
    throw usage('--client-metadata-url: not an https address with a path', 'like https://app.example.com/client.json')
  }
  return {
    clientId,
    clientSecret,
    clientMetadataUrl,
  }
}

function text(from: Readonly<Record<string, unknown>> | undefined, member: string): string | undefined {
  const value = from?.[member]
  return typeof value === 'string' && value !== '' ? value : undefined
}

async function objectOf(flag: string, given: string | undefined): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (given === undefined) return undefined
  const json = given.startsWith('@') ? await readFlagFile(flag, given.slice(1)) : given
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  } catch {
    // Told below, without the text: there may be a secret in it.
  }
  throw usage(`${flag}: not an object of JSON`, 'like {"client_id":"..."} or @file')
}

function callbackHost(given: string | undefined): string | undefined {
  // RFC 8252 section 8.3: an answer with a code must not cross a network.
  if (given !== undefined && !isLoopbackHost(given))
    throw usage(`--callback-host: ${given} is not this machine`, 'like 127.0.0.1 or localhost')
  return given
}

function callbackPath(given: string | undefined): string | undefined {
  if (given !== undefined && !/^\/[\w\-./~]*$/.test(given)) throw usage('--callback-path: not a path', 'like /oauth/callback')
  return given
}

function usage(message: string, hint: string): CountersignError {
  return new CountersignError('usage', message, { hint })
}
