/** Plays a session: the built program in processes of its own, on pipes or on a real terminal, with a person who acts when there is something to do. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { spawn as spawnOnTerminal } from '@lydell/node-pty'
import { cleanEnvironment, MAIN } from '../../packages/cli/test/command.ts'
import type { Part, Played, Settings, Step, Transcript } from './format.ts'
import type { Servers } from './servers.ts'

type Name = keyof Part

interface Running {
  readonly type: (text: string) => void
  readonly interrupt: () => void
  readonly ended: Promise<number>
}

/** There is something to do: a code was shown and the program waits, or it asks. */
const TURN = /Waiting for your approval|Waiting, |"event":"code"|\[y\/N\] $/
/** The device wants the number that the page shows. */
const QUESTION = /Type the number here: $/
const USER_CODE = /\b[A-Z]{3}(?:-[A-Z]{3}){2}\b/

/** Every command of the transcript, one after the other, in one home. */
export async function play({ settings, steps }: Transcript, servers: Servers): Promise<readonly Played[]> {
  const temporary = mkdtempSync(join(tmpdir(), 'countersign-transcript-'))
  // Of the same length on every machine, so that sentences with a path in them break at the same words.
  const home = join(temporary, 'h'.repeat(Math.max(1, 79 - temporary.length)))
  try {
    const played: Played[] = []
    for (const step of steps) played.push(await playStep(step, settings, servers, home))
    return played
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

async function playStep(step: Step, settings: Settings, servers: Servers, home: string): Promise<Played> {
  const told = { stdout: '', stderr: '' }
  let before: Part = { stdout: '', stderr: '' }
  let acted = step.action === undefined
  const failures: unknown[] = []

  const answers: string[] = []

  const running = start(step, settings, servers, home, (name, text) => {
    told[name] += text
    if (QUESTION.test(stripVTControlCharacters(text))) answerQuestion()
    if (acted || !TURN.test(stripVTControlCharacters(told[name]))) return
    acted = true
    before = { ...told }
    act(step.action ?? '', told.stdout + told.stderr).catch((error: unknown) => failures.push(error))
  })

  async function act(action: string, text: string): Promise<void> {
    if (action === 'ctrl-c') return running.interrupt()
    const [, typed] = /^type (.*)$/.exec(action) ?? []
    if (typed !== undefined) return running.type(`${typed}\r`)
    const [, decision, , wrong] = /^(approve|deny)(, (\d) wrong numbers? first)?$/.exec(action) ?? []
    if (decision !== 'approve' && decision !== 'deny') throw new Error(`nobody knows how to ${action}`)
    const number = await servers.decide(USER_CODE.exec(text)?.[0] ?? '', decision)
    const others = ['11', '22', '33', '44'].filter((other) => other !== number)
    if (number !== undefined) answers.push(...others.slice(0, Number(wrong ?? 0)), number)
  }

  /** The page was answered before the device asks, so the number is there. */
  function answerQuestion(): void {
    running.type(`${answers.shift() ?? ''}\r`)
  }

  const code = await running.ended
  if (!acted) throw new Error(`there was nothing to do: ${step.command}\n${told.stdout}${told.stderr}`)
  if (failures.length > 0) throw failures[0] as Error
  refuseSecrets(step, told, servers)

  const shown = (text: string) => masked(settings.terminal === undefined ? text : screenOf(text), servers, home)
  const part = (of: Part): Part => ({ stdout: shown(of.stdout), stderr: shown(of.stderr) })
  const [first, whole] = [part(before), part(told)]
  // On a terminal the line that counts down is in the first part, and gone from the whole.
  const rest = (name: Name) => whole[name].slice(commonLines(first[name], whole[name]).length)
  return { step, before: first, after: { stdout: rest('stdout'), stderr: rest('stderr') }, code }
}

function start(
  { args }: Step,
  { terminal, environment }: Settings,
  servers: Servers,
  home: string,
  heard: (name: Name, text: string) => void,
): Running {
  const words = [MAIN, ...args.map((word) => word.replace('{MCP}', servers.resource).replace('{ISSUER}', servers.issuer))]
  // A key file, so that no keychain of this machine is touched.
  const env = cleanEnvironment({
    COUNTERSIGN_VAULT_DIR: join(home, 'vault'),
    COUNTERSIGN_KEY_FILE: join(home, 'vault.key'),
    ...environment,
  })
  if (terminal !== undefined) {
    const pty = spawnOnTerminal(process.execPath, words, {
      cols: terminal.columns,
      rows: terminal.rows,
      env: { TERM: 'xterm-256color', ...env },
    })
    pty.onData((text) => heard('stdout', text))
    return {
      type: (text) => pty.write(text),
      interrupt: () => pty.write('\u0003'),
      ended: new Promise((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode))),
    }
  }
  const child = spawn(process.execPath, words, { env })
  child.stdin.end()
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => heard(name, text))
  return {
    type: () => {
      throw new Error('nobody can type into a pipe')
    },
    interrupt: () => void child.kill('SIGINT'),
    ended: new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve(code ?? -1))),
  }
}

/** No byte of a secret in any stream, but for the token that `token` is there to print. */
function refuseSecrets({ args, command }: Step, { stdout, stderr }: Part, { secrets }: Servers): void {
  for (const [secret, kind] of secrets) {
    const allowed = kind === 'access_token' && args[0] === 'token'
    if (stderr.includes(secret) || (stdout.includes(secret) && !allowed)) throw new Error(`${command} shows the ${kind}`)
  }
}

/** What stands on the screen: lines painted over or erased are gone, and so are colours. */
function screenOf(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => stripVTControlCharacters(line.split('\r').findLast((part) => part !== '') ?? '').trimEnd())
    .join('\n')
}

/** What is different every time gives way to a name in braces. */
function masked(text: string, { issuer, resource, subject, secrets }: Servers, home: string): string {
  const tokens = [...secrets].map(([secret]): [string, string] => [secret, '{TOKEN}'])
  const names: [string, string][] = [
    ...tokens,
    [resource, '{MCP}'],
    [issuer, '{ISSUER}'],
    [new URL(issuer).host, '{HOST}'],
    [home, '{HOME}'],
    ...(subject === '' ? [] : [[subject, '{SUBJECT}'] as [string, string]]),
  ]
  return names
    .reduce((left, [value, name]) => left.replaceAll(value, name), text)
    .replaceAll(new RegExp(USER_CODE, 'g'), '{CODE}')
    .replace(/^Spelled out: .*$/m, 'Spelled out: {SPELLED}')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '{TIME}')
    .replaceAll(/(?<=^Type the number here: )\d+$/gm, '{NUMBER}')
    .replaceAll(/\b\d:\d\d\b/g, '{LEFT}')
    .replaceAll(/(?<=--resume |"resume":")[\w-]{12}/g, '{ID}')
    .replaceAll(/(?<="expires_in":)\d+/g, '{SECONDS}')
    .replaceAll(/(?:^[ ▀▄█]*[▀▄█]+[ ▀▄█]*\n)+/gm, '{QR}\n')
}

/** The whole lines at the beginning of both. */
function commonLines(one: string, other: string): string {
  const others = other.split('\n')
  const lines = one.split('\n')
  let count = 0
  while (count < lines.length - 1 && lines[count] === others[count]) count++
  return lines
    .slice(0, count)
    .map((line) => `${line}\n`)
    .join('')
}
