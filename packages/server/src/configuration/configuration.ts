/**
 * The configuration of a server: defaults, then one file, then the environment, then flags, the later over the earlier.
 * Invariant: a Configuration that exists can be served: what contradicts itself or would put secrets on an open network is refused here.
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { CountersignError, isLoopbackHost } from '@countersign/protocol'
import { invalid, line, type Read } from './expect.ts'
import { readConfigurationFile } from './file.ts'
import { commandText } from './command.ts'
import { drain, filePath, issuer, type Keys, keyFile, listen, logFormat, riskProfile, urlHost } from './keys.ts'
import { storeAddress } from './store-address.ts'

export interface Configuration
  extends Omit<
    Keys,
    | 'issuer'
    | 'masterKeyFile'
    | 'masterKeyCommand'
    | 'masterKeyVariable'
    | 'store'
    | 'storePasswordFile'
    | 'operator'
    | 'theme'
    | 'notices'
    | 'placeDatabase'
    | 'riskProfile'
    | 'metrics'
  > {
  /** `undefined`: where the server listens, which is loopback then. */
  readonly issuer: string | undefined
  /** `undefined`: a file of its own in the directory, made when there is none. */
  readonly masterKeyFile: string | undefined
  readonly masterKeyCommand: readonly string[] | undefined
  readonly masterKeyVariable: string | undefined
  /** `undefined`: a file in the directory. */
  readonly store: string | undefined
  readonly storePasswordFile: string | undefined
  readonly operator: Keys['operator'] | undefined
  readonly theme: Keys['theme'] | undefined
  readonly notices: Keys['notices'] | undefined
  readonly placeDatabase: string | undefined
  /** `undefined`: nobody said; that does for a server on loopback. */
  readonly riskProfile: Keys['riskProfile'] | undefined
  readonly metrics: Keys['metrics'] | undefined
  /** The file it was read from, or that would be read next time if it existed. */
  readonly file: string
}

/** Flags as they were typed. */
export interface Flags {
  readonly config?: string
  readonly data?: string
  readonly issuer?: string
  readonly listen?: string
  readonly masterKeyFile?: string
  /** Words between spaces, or an array as JSON. */
  readonly masterKeyCommand?: string
  readonly store?: string
  readonly storePasswordFile?: string
  /** Separated by commas. */
  readonly trustProxy?: string
  readonly placeDatabase?: string
  readonly riskProfile?: string
  readonly metrics?: string
  readonly drain?: string
  readonly log?: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/** RFC 8628 named the port. */
const LISTEN = { host: '127.0.0.1', port: 8628 } as const
const FILE_IN_DIRECTORY = 'countersign.json'
const MASTER_KEY_VARIABLE = 'COUNTERSIGN_MASTER_KEY'

type Text =
  | 'issuer'
  | 'listen'
  | 'dataDirectory'
  | 'masterKeyFile'
  | 'masterKeyCommand'
  | 'store'
  | 'storePasswordFile'
  | 'trustProxy'
  | 'placeDatabase'
  | 'riskProfile'
  | 'metrics'
  | 'drain'
  | 'log'

const texts: { readonly [Key in Text]: Read<Keys[Key]> } = {
  issuer,
  listen,
  dataDirectory: (value, path) => resolve(filePath(value, path)),
  masterKeyFile: (value, path) => resolve(keyFile(value, path)),
  masterKeyCommand: commandText,
  store: storeAddress,
  storePasswordFile: (value, path) => resolve(filePath(value, path)),
  trustProxy: (value, path) =>
    line(value, path)
      .split(',')
      .map((each) => each.trim()),
  placeDatabase: (value, path) => resolve(filePath(value, path)),
  riskProfile,
  metrics: listen,
  drain: (value, path) => drain(typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value, path),
  log: logFormat,
}

const VARIABLES = {
  issuer: 'COUNTERSIGN_ISSUER',
  listen: 'COUNTERSIGN_LISTEN',
  dataDirectory: 'COUNTERSIGN_DATA',
  masterKeyFile: 'COUNTERSIGN_MASTER_KEY_FILE',
  masterKeyCommand: 'COUNTERSIGN_MASTER_KEY_COMMAND',
  store: 'COUNTERSIGN_STORE',
  storePasswordFile: 'COUNTERSIGN_STORE_PASSWORD_FILE',
  trustProxy: 'COUNTERSIGN_TRUST_PROXY',
  placeDatabase: 'COUNTERSIGN_PLACE_DATABASE',
  riskProfile: 'COUNTERSIGN_RISK_PROFILE',
  metrics: 'COUNTERSIGN_METRICS',
  drain: 'COUNTERSIGN_DRAIN',
  log: 'COUNTERSIGN_LOG',
} as const satisfies Record<keyof typeof texts, string>

const FLAGS = {
  issuer: '--issuer',
  listen: '--listen',
  dataDirectory: '--data',
  masterKeyFile: '--master-key-file',
  masterKeyCommand: '--master-key-command',
  store: '--store',
  storePasswordFile: '--store-password-file',
  trustProxy: '--trust-proxy',
  placeDatabase: '--place-database',
  riskProfile: '--risk-profile',
  metrics: '--metrics',
  drain: '--drain',
  log: '--log',
} as const satisfies Record<keyof typeof texts, string>

/**
 * Reads the configuration of this machine.
 * @throws CountersignError `configuration_invalid`, or `usage` when a flag is at fault
 */
export function readConfiguration(flags: Flags, environment: Environment): Configuration {
  const given = asUsage(() =>
    readTexts(FLAGS, {
      issuer: flags.issuer,
      listen: flags.listen,
      dataDirectory: flags.data,
      masterKeyFile: flags.masterKeyFile,
      masterKeyCommand: flags.masterKeyCommand,
      store: flags.store,
      storePasswordFile: flags.storePasswordFile,
      trustProxy: flags.trustProxy,
      placeDatabase: flags.placeDatabase,
      riskProfile: flags.riskProfile,
      metrics: flags.metrics,
      drain: flags.drain,
      log: flags.log,
    }),
  )
  const surrounding = {
    ...readTexts(
      VARIABLES,
      mapValues(VARIABLES, (variable) => environment[variable] || undefined),
    ),
    // The key itself: it stays there, and only its place goes into the configuration.
    ...(environment[MASTER_KEY_VARIABLE] ? { masterKeyVariable: MASTER_KEY_VARIABLE } : {}),
  }
  const directory = given.dataDirectory ?? surrounding.dataDirectory
  const named = flags.config ?? (environment['COUNTERSIGN_CONFIG'] || undefined)
  const written = named === undefined ? readOwnFile(directory ?? defaultDirectory(environment)) : readConfigurationFile(named)
  const configuration = configure({ dataDirectory: defaultDirectory(environment), ...written, ...surrounding, ...given })
  return named === undefined ? configuration : { ...configuration, file: resolve(named) }
}

/**
 * A configuration out of its parts, for programs that start a server themselves.
 * @throws CountersignError `configuration_invalid` when the parts contradict each other
 */
export function configure(given: Partial<Keys> & Pick<Keys, 'dataDirectory'>): Configuration {
  const configuration = {
    listen: LISTEN,
    resources: [],
    trustProxy: [],
    settings: {},
    identityProviders: [],
    localAccounts: true,
    log: 'text' as const,
    alerts: {},
    drain: 0,
    ...given,
    issuer: given.issuer === undefined ? undefined : issuer(given.issuer, 'issuer'),
    masterKeyFile: given.masterKeyFile,
    masterKeyCommand: given.masterKeyCommand,
    masterKeyVariable: given.masterKeyVariable,
    store: given.store === undefined ? undefined : storeAddress(given.store, 'store'),
    storePasswordFile: given.storePasswordFile,
    operator: given.operator,
    theme: given.theme,
    notices: given.notices,
    placeDatabase: given.placeDatabase,
    riskProfile: given.riskProfile,
    metrics: given.metrics,
    file: join(given.dataDirectory, FILE_IN_DIRECTORY),
  }
  if (configuration.storePasswordFile !== undefined && configuration.store === undefined) {
    throw invalid('store', 'the address of the store that the password is for', undefined)
  }
  const [place, another] = (['masterKeyFile', 'masterKeyCommand', 'masterKeyVariable'] as const).filter(
    (name) => configuration[name] !== undefined,
  )
  if (place !== undefined && another !== undefined) {
    throw invalid(another, `nothing, because ${place} says already where the master key is`, configuration[another])
  }
  const open = !isLoopbackHost(urlHost(configuration.listen.host))
  // OAuth 2.1 section 1.5: what other machines can reach is reached over https, so there is an https address to name as the issuer.
  if (open && (configuration.issuer === undefined || configuration.issuer.startsWith('http:'))) {
    const expected = `an https URL, because the server listens on ${configuration.listen.host}, which other machines can reach`
    throw invalid('issuer', expected, configuration.issuer, 'put a proxy with TLS in front and give its address, or listen on 127.0.0.1')
  }
  if (!configuration.localAccounts && configuration.identityProviders.length === 0) {
    throw invalid('localAccounts', 'true, because nobody could sign in: there is no identity provider', false)
  }
  return configuration
}

/** The file that lies in the directory itself, when there is one. */
function readOwnFile(directory: string): Partial<Keys> {
  const file = join(directory, FILE_IN_DIRECTORY)
  if (!existsSync(file)) return {}
  const written = readConfigurationFile(file)
  if (written.dataDirectory !== undefined && written.dataDirectory !== directory) {
    throw invalid(`${file}: dataDirectory`, 'no other directory than the one this file was found in', written.dataDirectory)
  }
  return { ...written, dataDirectory: directory }
}

/** Where servers keep what they must not lose, on this system. */
function defaultDirectory(environment: Environment): string {
  const name = 'countersign-server'
  if (process.platform === 'win32') return join(environment['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local'), name)
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', name)
  return join(environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), name)
}

function readTexts(names: Record<keyof typeof texts, string>, values: Record<keyof typeof texts, string | undefined>): Partial<Keys> {
  const entries = Object.entries(texts).flatMap(([key, read]) => {
    const value = values[key as keyof typeof texts]
    return value === undefined ? [] : [[key, read(value, names[key as keyof typeof texts])]]
  })
  return Object.fromEntries(entries) as Partial<Keys>
}

function mapValues<Key extends string, From, To>(record: Readonly<Record<Key, From>>, map: (value: From) => To): Record<Key, To> {
  return Object.fromEntries(Object.entries<From>(record).map(([key, value]) => [key, map(value)])) as Record<Key, To>
}

/** Whoever typed the flag sees a usage error. */
function asUsage<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error
    throw new CountersignError('usage', error.message, error.hint === undefined ? {} : { hint: error.hint })
  }
}
