/**
 * Runs the client that is judged: without a shell, with a home of its own, with programs in its PATH that stand for a browser and only write down how they were called.
 * Invariant: nothing of the person's own settings is read or changed, and when this is over the client and all it has started are gone.
 */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Hostile } from './hostile-server.ts'

export interface ClientRun {
  /** Everything it wrote, both streams. */
  readonly output: string
  /** `undefined` when it had to be stopped. */
  readonly exitCode: number | undefined
  /** What a browser was opened with, if one was. */
  readonly opened: string
  /** Whether the shell was made to run something by the link (`MARK` in the folder). */
  readonly wasShellTricked: boolean
  /** Why it never ran. */
  readonly failure: string | undefined
}

export interface RunOptions {
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Real milliseconds until it is stopped. */
  readonly limit: number
  /** Stops it early, when everything was seen. */
  readonly until: () => boolean
}

const BROWSERS = [
  'xdg-open',
  'open',
  'sensible-browser',
  'x-www-browser',
  'www-browser',
  'gio',
  'wslview',
  'firefox',
  'google-chrome',
  'chromium',
]
const MARK = 'countersign-probe-mark'
const LONGEST_OUTPUT = 1 << 20

/** A folder for one run, and what must be known of it before the server is started. */
export function openRunFolder(): { readonly folder: string; readonly mark: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-client-probe-'))
  return { folder, mark: join(folder, MARK), remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) }
}

export async function runClient(folder: string, hostile: Hostile, { command, environment, limit, until }: RunOptions): Promise<ClientRun> {
  const [file = '', ...given] = command.map((part) => replaced(part, hostile))
  const opened = join(folder, 'opened')
  const env = { ...environment, ...surroundings(folder, opened, environment), COUNTERSIGN_PROBE_ISSUER: hostile.issuer }
  const child = spawn(file, given, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: folder })
  let output = ''
  const keep = (chunk: Buffer) => {
    if (output.length < LONGEST_OUTPUT) output += chunk.toString('utf8')
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const told: { failure: string | undefined } = { failure: undefined }
  const ended = new Promise<number | undefined>((resolve) => {
    child.once('error', (error) => {
      told.failure = error.message
      resolve(undefined)
    })
    child.once('close', (code) => resolve(code ?? undefined))
  })
  const exitCode = await stopped(child.pid, ended, limit, until)
  return {
    output,
    exitCode,
    failure: told.failure,
    opened: existsSync(opened) ? readFileSync(opened, 'utf8') : '',
    wasShellTricked: existsSync(join(folder, MARK)),
  }
}

async function stopped(
  pid: number | undefined,
  ended: Promise<number | undefined>,
  limit: number,
  until: () => boolean,
): Promise<number | undefined> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<undefined>((resolve) => {
    const began = Date.now()
    timer = setInterval(() => {
      if (until() || Date.now() - began > limit) resolve(undefined)
    }, 50)
  })
  const code = await Promise.race([ended, over])
  clearInterval(timer)
  if (pid !== undefined) {
    try {
      // The whole group: whatever it started goes with it.
      process.kill(-pid, 'SIGKILL')
    } catch {
      // It is gone already.
    }
  }
  await ended
  return code
}

function surroundings(folder: string, opened: string, { PATH = '' }: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const programs = join(folder, 'bin')
  const home = join(folder, 'home')
  for (const each of [programs, home]) mkdirSync(each)
  for (const name of BROWSERS) {
    writeFileSync(join(programs, name), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${opened}'\n`)
    chmodSync(join(programs, name), 0o755)
  }
  return {
    PATH: `${programs}${delimiter}${PATH}`,
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
    BROWSER: join(programs, 'x-www-browser'),
    // So that a client that looks whether there is a screen believes that there is.
    DISPLAY: ':0',
  }
}

function replaced(part: string, { issuer, clientId }: Hostile): string {
  return part
    .replaceAll('{issuer}', issuer)
    .replaceAll('{mcp}', `${issuer}/mcp`)
    .replaceAll('{client_id}', clientId)
    .replaceAll('{device_endpoint}', `${issuer}/device_authorization`)
    .replaceAll('{token_endpoint}', `${issuer}/token`)
}
