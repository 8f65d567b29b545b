/**
 * Where words go: results on stdout, everything meant for a person on stderr, so that a pipe carries results and nothing else.
 * Texts of strangers are made harmless on the way out; with `--json` every result and every error is one object on one line of stdout.
 */
import { describeTerminal, plainLine, type Terminal, type TerminalStream } from '@countersign/node'
import { helpFor } from './troubleshooting.ts'

export interface WritableText extends TerminalStream {
  write(content: string | Uint8Array, done?: () => void): unknown
}

export interface Output {
  /** Whether results are for a program. */
  readonly json: boolean
  readonly stdout: Terminal
  readonly stderr: Terminal
  /** The result of the command: the object under `--json`, otherwise these lines. */
  readonly result: (value: object, lines: string | readonly string[]) => void
  /** The result as it came from elsewhere: untouched into a pipe, harmless on a terminal. Resolves when there is room for more. */
  readonly bytes: (chunk: Uint8Array) => Promise<void>
  /** A line for the person. May carry escape sequences of our own: a stranger's text goes through `plainLine` first. */
  readonly say: (line: string) => void
  /** Why the command ended without a result. */
  readonly failure: (error: unknown) => void
}

export interface OutputOptions {
  readonly json: boolean
  readonly stdout: WritableText
  readonly stderr: WritableText
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Opens the two streams of a command. */
export function openOutput({ json, stdout, stderr, environment }: OutputOptions): Output {
  // Where programs watch, colour is noise; whoever wants it there says FORCE_COLOR.
  const surroundings = isSet(environment['CI']) ? { NO_COLOR: '1', ...environment } : environment
  const errors = describeTerminal(stderr, surroundings)
  const reader = new TextDecoder()
  return {
    json,
    stdout: describeTerminal(stdout, surroundings),
    stderr: errors,
    result: (value, lines) => {
      const texts = typeof lines === 'string' ? [lines] : lines
      stdout.write(json ? jsonLine(value) : texts.map((line) => `${line}\n`).join(''))
    },
    bytes: (chunk) =>
      new Promise((resolve) => {
        stdout.write(stdout.isTTY === true ? harmless(reader.decode(chunk, { stream: true })) : chunk, () => resolve())
      }),
    say: (line) => stderr.write(`${line}\n`),
    failure: (error) => {
      const told = describeFailure(error)
      if (json) stdout.write(jsonLine({ error: told }))
      else stderr.write(failureLines(told, errors.colour).join(''))
    },
  }
}

/** What a terminal would obey is left out, line breaks and tabs aside. A sequence that is cut in two loses its beginning, and so its power. */
function harmless(text: string): string {
  return text.replace(/[^\t\n]+/g, plainLine)
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== '' && variable !== 'false'
}

/** One object on one line. What a terminal would obey, hide or turn is escaped: a program reads the same text, a person sees it. */
function jsonLine(value: object): string {
  const escaped = (text: string) => text.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `${JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, escaped)}\n`
}

export interface Failure {
  /** Stable: programs may switch on it. */
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** Where there is more about it. */
  readonly help?: string
}

/** An error in words that may be shown: one line each, no control characters, no stack. */
export function describeFailure(error: unknown): Failure {
  const message = plainLine(error instanceof Error ? error.message : String(error))
  const hint = error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? { hint: plainLine(error.hint) } : {}
  const code = codeOf(error) ?? 'unexpected'
  const help = helpFor(code)
  return { code, message, ...hint, ...(help === undefined ? {} : { help }) }
}

/** Our codes are lower case; the names that Node.js gives to failures of the system (`EADDRINUSE`) are not ours and may change. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return /^[a-z][a-z_]*$/.test(error.code) ? error.code : undefined
}

function failureLines({ message, hint, help }: Failure, colour: boolean): string[] {
  const more = help === undefined ? [] : [`more: ${help}\n`]
  const name = colour ? '\u001b[31mcountersign:\u001b[39m' : 'countersign:'
  return [`${name} ${message}\n`, ...(hint === undefined ? [] : [`hint: ${hint}\n`]), ...more]
}
