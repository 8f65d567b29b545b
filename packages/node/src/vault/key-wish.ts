/** What the person says about the key of the vault, in variables; a vault that has chosen already is held against it. */
import { type Environment, given } from './places.ts'
import { KEY_SOURCES, type KeySourceName } from './key-choice.ts'
import { unavailable } from './private-directory.ts'

export interface KeyWish {
  /** `undefined`: the best there is. */
  readonly source: KeySourceName | 'memory' | undefined
  readonly keyFile: string | undefined
  readonly command: readonly string[] | undefined
  readonly passphraseFile: string | undefined
}

const VARIABLES = {
  COUNTERSIGN_KEY_FILE: 'key-file',
  COUNTERSIGN_KEY_COMMAND: 'command',
  COUNTERSIGN_PASSPHRASE_FILE: 'passphrase',
} as const satisfies Record<string, KeySourceName>

/**
 * Lets a new vault keep its key in its own directory: whoever reads or copies that has everything, as if nothing were encrypted. A symbol, so
 * that no variable and no configuration file can ask for it; `countersign login --insecure-storage` can.
 */
export const keyBesideVault: unique symbol = Symbol('keyBesideVault')

/** @throws CountersignError `vault_unavailable` for a source that does not exist, for variables that contradict each other, for a shell's command */
export function keyWish(env: Environment, beside?: typeof keyBesideVault): KeyWish {
  const named = Object.entries(VARIABLES).filter(([variable]) => given(env[variable]) !== undefined)
  const stated = given(env['COUNTERSIGN_KEY_SOURCE'])
  if (stated !== undefined && stated !== 'memory' && !KEY_SOURCES.some((source) => source === stated)) {
    throw unavailable(`COUNTERSIGN_KEY_SOURCE: there is no source "${stated}"`, `One of ${[...KEY_SOURCES, 'memory'].join(', ')}.`)
  }
  const sources = new Set<string>([...named.map(([, source]) => source), ...(stated === undefined ? [] : [stated])])
  if (sources.size > 1) {
    const variables = [...named.map(([variable]) => variable), ...(stated === undefined ? [] : ['COUNTERSIGN_KEY_SOURCE'])]
    throw unavailable(`${variables.join(' and ')} name different sources for the key of the vault`, 'Unset all but one.')
  }
  if (beside === keyBesideVault && sources.size > 0) {
    throw unavailable(
      'insecure storage was asked for, and the environment names a source for the key of the vault',
      'Leave out one of the two.',
    )
  }
  const [source] = beside === keyBesideVault ? ['beside'] : sources
  const command = given(env['COUNTERSIGN_KEY_COMMAND'])
  return {
    source: source as KeyWish['source'],
    keyFile: given(env['COUNTERSIGN_KEY_FILE']),
    command: command === undefined ? undefined : commandIn(command),
    passphraseFile: given(env['COUNTERSIGN_PASSPHRASE_FILE']),
  }
}

const NO_SHELL =
  'No shell runs it, so there are no quotes, variables and pipes. As JSON every argument stands for itself: ["pass", "my key"]'

/** Words between spaces, or a JSON array of the program and its arguments. */
function commandIn(text: string): readonly string[] {
  const refused = (): Error => unavailable('COUNTERSIGN_KEY_COMMAND is not a program and its arguments', NO_SHELL)
  if (!text.trim().startsWith('[')) {
    if (/["'`$|;&<>\\]/.test(text)) throw refused()
    return text.trim().split(/\s+/)
  }
  let words: unknown
  try {
    words = JSON.parse(text)
  } catch {
    throw refused()
  }
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string' && !word.includes('\0'))) throw refused()
  const command = words as readonly string[]
  if ((command[0] ?? '') === '') throw refused()
  return command
}
