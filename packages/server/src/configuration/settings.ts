/** The settings of the authority, as they are written in the configuration file: lengths of time in seconds, within the bounds that hold for them. */
import { DEFAULT_SETTINGS, LANGUAGES, type Settings, type TokenLives } from '@countersign/authority'
import { BASE20, BASE31, DEFAULT_PACE } from '@countersign/protocol'
import { invalid, line, listOf, numberBetween, objectOf, oneOf, type Read } from './expect.ts'

const DAY = 86_400
const seconds = (least: number, most: number) => numberBetween(least, most, 'seconds')
const tries = numberBetween(1, 10_000, 'tries')

const lives: { readonly [Life in keyof TokenLives]: Read<number> } = {
  accessTokenLife: seconds(60, 3600),
  refreshIdle: seconds(60, 400 * DAY),
  refreshAbsolute: seconds(60, 800 * DAY),
}

const clientDocuments: Read<Settings['clientDocuments']> = (value, path) => {
  if (value === 'off' || value === 'any') return value
  if (!Array.isArray(value)) throw invalid(path, '"off" or "any" or an array of hosts', value)
  return listOf(host)(value, path)
}

/** As browsers write it, with a port where it is not the usual one. */
const host: Read<string> = (value, path) => {
  const text = line(value, path)
  if (!URL.canParse(`https://${text}/`) || new URL(`https://${text}/`).host !== text || text.includes('*')) {
    throw invalid(path, 'a host in lower case, like "app.example" or "app.example:8443"', value)
  }
  return text
}

export const settings: Read<Partial<Settings>> = (value, path) => {
  const read = objectOf<Required<Settings>>({
    codeLife: seconds(60, 1800),
    decideWithin: seconds(30, 1800),
    pace: (each, at) => ({
      ...DEFAULT_PACE,
      ...objectOf<typeof DEFAULT_PACE>({ interval: seconds(1, 60), longest: seconds(1, 600), tolerance: seconds(0, 30) })(each, at),
    }),
    userCodeAlphabet: (each, at) => (oneOf('base20', 'base31')(each, at) === 'base31' ? BASE31 : BASE20),
    accessTokenLife: lives.accessTokenLife,
    perGrant: objectOf<Settings['perGrant']>({
      device_code: objectOf<TokenLives>(lives),
      authorization_code: objectOf<TokenLives>(lives),
      // RFC 6749 section 4.4.3: nothing is refreshed there.
      client_credentials: objectOf<Pick<TokenLives, 'accessTokenLife'>>({ accessTokenLife: lives.accessTokenLife }),
    }),
    codeGrant: oneOf('on', 'off'),
    refreshIdle: lives.refreshIdle,
    refreshAbsolute: lives.refreshAbsolute,
    refreshGrace: seconds(0, 60),
    browserLife: seconds(60, 30 * DAY),
    freshSignIn: seconds(30, 3600),
    afterlife: seconds(60, DAY),
    guessing: (each, at) => ({
      ...DEFAULT_SETTINGS.guessing,
      ...objectOf<Settings['guessing']>({
        perBrowser: tries,
        perAccount: tries,
        perNetwork: tries,
        mistypesPerNetwork: tries,
        window: seconds(60, DAY),
      })(each, at),
    }),
    approvalPolicy: oneOf('open', 'same-network', 'enrolled'),
    otherCountry: oneOf('warn', 'refuse'),
    dpopNonce: oneOf('when-needed', 'always'),
    codesPerMinute: numberBetween(1, 10_000, 'codes a minute'),
    registration: oneOf('off', 'initial-access-token', 'open'),
    registrationsPerHour: numberBetween(1, 10_000, 'registrations an hour'),
    clientDocuments,
    defaultLanguage: oneOf(...LANGUAGES),
  })
  return read(value, path)
}
