/** commander's complaints in our words. Loaded only when there is something to complain about. */
import { CountersignError } from '@countersign/protocol'
import { CommanderError } from 'commander'

/** What ended a command, as it is told: an interruption whatever else failed because of it, a usage error, or the error itself. */
export function reasonOf(error: unknown, signal: AbortSignal): unknown {
  const hint = error instanceof CountersignError && error.code === 'aborted' ? error.hint : undefined
  if (signal.aborted) return new CountersignError('aborted', 'interrupted', hint === undefined ? {} : { hint })
  return error instanceof CommanderError ? usageError(error) : error
}

/** Ids and thumbprints are base64url: one in 64 begins with a dash. */
function aboutId(fault: string): string | undefined {
  return /^unknown option '-[\w-]{11,}'$/.test(fault) ? 'an id that begins with a dash goes to the end, behind "--"' : undefined
}

/** The message without its prefix, the nearest name as a hint. */
function usageError({ message }: CommanderError): CountersignError {
  const [fault = '', suggestion = ''] = message.replace(/^error: /, '').split('\n')
  const nearest = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(suggestion)?.[1]
  const hint = nearest === undefined ? (aboutId(fault) ?? 'see "countersign --help"') : `did you mean "${nearest}"?`
  return new CountersignError('usage', fault.replace(/\.$/, '').replace('. Expected', ', expected').replaceAll("'", '"'), { hint })
}
