/** How to speak to whoever reads stderr: decided once for a command, from the stream and the wishes in the environment. */
import type { Terminal } from '@countersign/node'

export type Manner =
  /** A terminal: layout, a QR code, one line that counts down. */
  | 'live'
  /** Not a terminal: whole lines, nothing that moves. */
  | 'plain'
  /** A person who listens, or a terminal that can only print: whole lines, nothing that moves, the code also spelled out. */
  | 'spelled'

/** ACCESSIBLE (any value but `0` or `false`), `--spell` and TERM=dumb ask for `spelled`. */
export function mannerOf(
  { isTerminal }: Pick<Terminal, 'isTerminal'>,
  environment: Readonly<Record<string, string | undefined>>,
  spell = false,
): Manner {
  if (spell || isSet(environment['ACCESSIBLE'])) return 'spelled'
  if (!isTerminal) return 'plain'
  return environment['TERM'] === 'dumb' ? 'spelled' : 'live'
}

/** Whether a switch in the environment is on. */
export function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value.toLowerCase() !== 'false'
}
