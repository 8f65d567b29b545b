/**
 * The format of a recorded session: a text that reads like the terminal it was, in a file of sessions/.
 *
 *     What this session shows, in a sentence or two.
 *
 *     % terminal 80x40          settings, if any: a real terminal of that size instead of pipes,
 *     % server expiring         another server than the real one (see servers.ts),
 *     % env NO_COLOR=1          a variable
 *
 *     $ countersign login {MCP}     a command
 *     ! Open this link ...          a line on stderr; on a terminal every line is a screen line and has no mark
 *     @ approve                     what the person does as soon as there is something to do: approve, deny, ctrl-c, or type followed by text;
 *                                   a number that the page shows is typed when it is asked for (`approve, 2 wrong numbers first` to begin with)
 *     some result                   a line on stdout
 *     [0]                           the exit code
 *
 * Names in braces stand for what is different every time. A new session needs its sentence, its `%`, `$` and `@` lines only:
 * `npx vitest run tests/transcripts -u` writes what happens between them, for a person to read before it is committed.
 */

export interface Settings {
  readonly terminal?: { readonly columns: number; readonly rows: number }
  readonly server?: string
  readonly environment: Readonly<Record<string, string>>
}

export interface Step {
  /** Without the leading `$ countersign`. */
  readonly args: readonly string[]
  readonly command: string
  readonly action?: string
}

export interface Transcript {
  /** Everything before the first command, as it is written. */
  readonly preface: string
  readonly settings: Settings
  readonly steps: readonly Step[]
}

/** What was seen up to the person's action, and after it. */
export interface Part {
  readonly stdout: string
  readonly stderr: string
}

export interface Played {
  readonly step: Step
  readonly before: Part
  readonly after: Part
  readonly code: number
}

/** Reads what a transcript tells to do; what it tells happened is for the comparison. */
export function parseTranscript(text: string): Transcript {
  const start = text.search(/^\$ /m)
  const preface = text.slice(0, start)
  const setting = (name: string) => [...preface.matchAll(new RegExp(`^% ${name} (.+)$`, 'gm'))].map(([, value = '']) => value)
  const [columns, rows] = (setting('terminal')[0] ?? '').split('x').map(Number)
  const [server] = setting('server')
  const blocks = text.slice(start).split(/^(?=\$ )/m)
  return {
    preface,
    settings: {
      ...(columns === undefined || rows === undefined ? {} : { terminal: { columns, rows } }),
      ...(server === undefined ? {} : { server }),
      environment: Object.fromEntries(setting('env').map((each) => each.split(/=(.*)/s).slice(0, 2) as [string, string])),
    },
    steps: blocks.map((block) => {
      const command = /^\$ (.*)$/m.exec(block)?.[1] ?? ''
      const action = /^@ (.*)$/m.exec(block)?.[1]
      return { command, args: wordsOf(command).slice(1), ...(action === undefined ? {} : { action }) }
    }),
  }
}

/** The words of a command line; double quotes keep one together. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

/** The transcript as it would read had it been written down from this run. */
export function writeTranscript({ preface }: Transcript, played: readonly Played[]): string {
  const blocks = played.map(({ step, before, after, code }) => {
    const action = step.action === undefined ? [] : [`@ ${step.action}`]
    return [`$ ${step.command}`, ...linesOf(before), ...action, ...linesOf(after), `[${code}]`, ''].join('\n')
  })
  return preface + blocks.join('\n')
}

function linesOf({ stdout, stderr }: Part): string[] {
  const lines = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
  return [...lines(stderr).map((line) => `! ${line}`.trimEnd()), ...lines(stdout)]
}
