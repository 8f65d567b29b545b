/** The configuration file: one JSON object. Paths in it are relative to where it lies. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CountersignError } from '@countersign/protocol'
import { line, listOf, objectOf, yesOrNo } from './expect.ts'
import { command } from './command.ts'
import { alerts, drain, filePath, issuer, type Keys, keyFile, listen, logFormat, operator, riskProfile } from './keys.ts'
import { type IdentityProvider, identityProviders } from './identity-providers.ts'
import type { MailServer } from './mail-server.ts'
import { type Notices, notices } from './notices.ts'
import { resources } from './resources.ts'
import { settings } from './settings.ts'
import { storeAddress } from './store-address.ts'
import { theme, type ThemeKeys } from './theme.ts'

const keys = objectOf<Keys>({
  issuer,
  listen,
  dataDirectory: filePath,
  masterKeyFile: keyFile,
  masterKeyCommand: command,
  masterKeyVariable: line,
  store: storeAddress,
  storePasswordFile: filePath,
  resources,
  trustProxy: listOf(line),
  settings,
  operator,
  theme,
  identityProviders,
  localAccounts: yesOrNo,
  notices,
  placeDatabase: filePath,
  riskProfile,
  log: logFormat,
  metrics: listen,
  alerts,
  drain,
})

/**
 * Reads a configuration file.
 * @throws CountersignError `configuration_invalid` when it cannot be read, is no JSON, or holds what cannot be
 */
export function readConfigurationFile(file: string): Partial<Keys> {
  const value = parse(file, textOf(file))
  const {
    dataDirectory,
    masterKeyFile,
    masterKeyCommand,
    storePasswordFile,
    identityProviders: providers,
    notices: told,
    placeDatabase,
    theme: look,
    ...others
  } = inFile(file, () => keys(value, ''))
  const here = dirname(resolve(file))
  return {
    ...others,
    ...(dataDirectory === undefined ? {} : { dataDirectory: resolve(here, dataDirectory) }),
    ...(masterKeyFile === undefined ? {} : { masterKeyFile: resolve(here, masterKeyFile) }),
    ...(masterKeyCommand === undefined ? {} : { masterKeyCommand: programBeside(here, masterKeyCommand) }),
    ...(storePasswordFile === undefined ? {} : { storePasswordFile: resolve(here, storePasswordFile) }),
    ...(placeDatabase === undefined ? {} : { placeDatabase: resolve(here, placeDatabase) }),
    ...(providers === undefined ? {} : { identityProviders: providers.map((each) => secretBeside(here, each)) }),
    ...(told === undefined ? {} : { notices: secretsBeside(here, told) }),
    ...(look === undefined ? {} : { theme: logoBeside(here, look) }),
  }
}

function logoBeside(here: string, { logo, ...look }: ThemeKeys): ThemeKeys {
  return logo === undefined ? look : { ...look, logo: resolve(here, logo) }
}

function secretsBeside(here: string, { webhook, mail }: Notices): Notices {
  return {
    ...(webhook === undefined ? {} : { webhook: { ...webhook, secretFile: resolve(here, webhook.secretFile) } }),
    ...(mail === undefined ? {} : { mail: passwordBeside(here, mail) }),
  }
}

function passwordBeside(here: string, { passwordFile, ...mail }: MailServer): MailServer {
  return passwordFile === undefined ? mail : { ...mail, passwordFile: resolve(here, passwordFile) }
}

/** A program without a slash is looked for where programs are; like any path in the file, one with a slash begins where the file lies. */
function programBeside(here: string, [program = '', ...args]: readonly string[]): readonly string[] {
  return [/[\\/]/.test(program) ? resolve(here, program) : program, ...args]
}

function secretBeside(here: string, { clientSecretFile, ...provider }: IdentityProvider): IdentityProvider {
  return clientSecretFile === undefined ? provider : { ...provider, clientSecretFile: resolve(here, clientSecretFile) }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read'
    throw new CountersignError('configuration_invalid', `the configuration file "${file}" ${why}`, { cause })
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // The message of the parser may repeat a piece of the file; only the place is told.
    const position = Number(/position (\d+)/.exec((cause as Error).message)?.[1] ?? LEXICAL.exec(text)?.[0].length)
    const before = text.slice(0, position).split('\n')
    const place = position < text.length ? ` from line ${before.length}, column ${(before.at(-1) ?? '').length + 1} on` : ''
    throw new CountersignError('configuration_invalid', `the configuration file "${file}" is no JSON${place}`)
  }
}

/** As much of a text as is made of the tokens of JSON (RFC 8259 section 2). */
const LEXICAL = /^(?:\s|"(?:[^"\\\p{Cc}]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\]:,])*/u

function inFile<Value>(file: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error
    throw new CountersignError(error.code, `${file}: ${error.message}`, error.hint === undefined ? {} : { hint: error.hint })
  }
}
