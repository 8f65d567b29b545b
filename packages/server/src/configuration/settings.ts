/** The settings of the authority, as they are written in the configuration file: lengths of time in seconds, within the bounds that hold for them. */
import { DEFAULT_SETTINGS, type Settings } from '@countersign/authority'
import { BASE20, BASE31, DEFAULT_PACE } from '@countersign/protocol'
import { line, listOf, numberBetween, objectOf, oneOf, type Read } from './expect.ts'

const DAY = 86_400
const seconds = (least: number, most: number) => numberBetween(least, most, 'seconds')
const tries = numberBetween(1, 10_000, 'tries')

export const settings: Read<Partial<Settings>> = (value, path) => {
  const read = objectOf<Required<Settings>>({
    codeLife: seconds(60, 1800),
    decideWithin: seconds(30, 1800),
    pace: (each, at) => ({
      ...DEFAULT_PACE,
      ...objectOf<typeof DEFAULT_PACE>({ interval: seconds(1, 60), longest: seconds(1, 600), tolerance: seconds(0, 30) })(each, at),
    }),
    userCodeAlphabet: (each, at) => (oneOf('base20', 'base31')(each, at) === 'base31' ? BASE31 : BASE20),
    accessTokenLife: seconds(60, 3600),
    codeGrant: oneOf('on', 'off'),
    refreshIdle: seconds(60, 400 * DAY),
    refreshAbsolute: seconds(60, 800 * DAY),
    refreshGrace: seconds(0, 60),
    browserLife: seconds(60, 30 * DAY),
    afterlife: seconds(60, DAY),
    guessing: (each, at) => ({
      ...DEFAULT_SETTINGS.guessing,
      ...objectOf<Settings['guessing']>({ perBrowser: tries, perAccount: tries, perNetwork: tries, window: seconds(60, DAY) })(each, at),
    }),
    approvalPolicy: oneOf('open', 'same-network', 'enrolled'),
    dpopNonce: oneOf('when-needed', 'always'),
    codesPerMinute: numberBetween(1, 10_000, 'codes a minute'),
    registration: oneOf('off', 'initial-access-token', 'open'),
    registrationsPerHour: numberBetween(1, 10_000, 'registrations an hour'),
    clientDocuments: (each, at) => (Array.isArray(each) ? listOf(line)(each, at) : oneOf('off', 'any')(each, at)),
  })
  return read(value, path)
}
