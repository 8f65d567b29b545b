/**
 * Where a flow happens: a folder of its own with an authorization server, a protected MCP server, one account and a vault, on ports of their own.
 * Invariant: closing the place ends all of it, a watchdog does when nobody is left to close it, and nothing of the machine's own settings
 * reaches the programs.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../../../examples/first-login/src/programs.ts'
import { watchedFolder } from '../../support/watched-folder.ts'
import {
  COUNTERSIGN,
  type Ended,
  endProgram,
  NOTES_SERVER,
  type Program,
  startOnTerminal,
  startProgram,
  type TerminalProgram,
} from './programs.ts'

export const NAME = 'ada'
export const PASSWORD = 'analytical engine 1843'
const OPERATOR = 'Northgate'
export const SCOPES = { 'notes:read': 'Read all your notes', 'notes:write': 'Add notes in your name' } as const

const FAST_CLOCK = new URL('fast-clock.mjs', import.meta.url).href

/** What differs from what people get: polls every second, so that nobody waits long. */
const SETTINGS = { pace: { interval: 1 } }

export interface PlaceOptions {
  /** Over the settings of the flows, as the configuration file has them. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly log?: 'text' | 'json'
  /** What clients know the server by, when something stands before it; told the address the server listens on. */
  readonly inFront?: (address: string) => Promise<string>
  /** How many times faster the clock of every program runs; 1 unless given. */
  readonly hurry?: number
  /** Also in the environment of every program. */
  readonly environment?: Readonly<Record<string, string>>
  /** Leaves out the protected MCP server. */
  readonly withoutNotes?: boolean
}

export interface Place {
  /** The folder everything below lies in. */
  readonly folder: string
  readonly directory: string
  readonly vaultDirectory: string
  /** For temporary files: nothing of ours should stay there. */
  readonly temporary: string
  readonly issuer: string
  /** The protected MCP server. */
  readonly resource: string
  /** The environment of every program of this place. */
  readonly environment: Readonly<Record<string, string>>
  /** The running server; another one after `restart`. */
  readonly server: () => Program
  /** Ends the server without a warning, as a power cut does, and waits until it is gone. */
  readonly crash: () => Promise<void>
  /** Starts the server on what is there, and waits until it listens. */
  readonly restart: () => Promise<void>
  /** Starts the command on pipes. */
  readonly start: (...given: readonly string[]) => Program
  /** Starts the command on a terminal. */
  readonly startOnTerminal: (...given: readonly string[]) => TerminalProgram
  /** Runs the command to its end. */
  readonly run: (...given: readonly string[]) => Promise<Ended>
  /** Every program that ran here so far. */
  readonly programs: () => readonly Program[]
  readonly close: () => Promise<void>
}

/** Opens a place; it is ready when this resolves, and nothing is left of it when this rejects. */
export async function openPlace(options: PlaceOptions = {}): Promise<Place> {
  const { folder, remove, watch } = watchedFolder('countersign-flow-')
  const programs: Program[] = []
  const keep = <Kept extends Program>(program: Kept): Kept => {
    programs.push(program)
    watch(program.pid, program.ended)
    return program
  }
  const close = async () => {
    await Promise.all(programs.map(endProgram))
    remove()
  }
  try {
    return { ...(await furnish(folder, options, keep)), programs: () => programs, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function furnish(
  folder: string,
  { settings, log = 'text', inFront, hurry, environment: more = {}, withoutNotes = false }: PlaceOptions,
  keep: <Kept extends Program>(program: Kept) => Kept,
): Promise<Omit<Place, 'programs' | 'close'>> {
  const [port, notesPort] = await freePorts(2)
  const address = `http://127.0.0.1:${port}`
  const resource = `http://127.0.0.1:${notesPort}/mcp`
  const issuer = (await inFront?.(address)) ?? address
  const directory = join(folder, 'authority')
  const vaultDirectory = join(folder, 'vault')
  const temporary = join(folder, 'tmp')
  const home = join(folder, 'home')
  for (const each of [temporary, home]) mkdirSync(each)
  const configuration = join(folder, 'countersign.json')
  const resources = [{ resource, name: 'Ada’s notes', scopes: SCOPES }]
  const operator = { name: OPERATOR, contact: 'security@northgate.example' }
  writeFileSync(configuration, JSON.stringify({ issuer, log, operator, resources, settings: { ...SETTINGS, ...settings } }))
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    TMPDIR: temporary,
    COUNTERSIGN_CONFIG: configuration,
    COUNTERSIGN_DATA: directory,
    COUNTERSIGN_VAULT_DIR: vaultDirectory,
    ...more,
    ...(hurry === undefined ? {} : { NODE_OPTIONS: `--import=${FAST_CLOCK}`, COUNTERSIGN_FLOW_CLOCK: `${hurry} ${Date.now()}` }),
  }

  const start = (...given: readonly string[]) => keep(startProgram(COUNTERSIGN, given, { environment }))
  const listening = async (program: Program) => {
    await program.until(/^listening on /m)
    return program
  }
  const serve = () => listening(start('serve', '--listen', `127.0.0.1:${port}`))
  let server = await serve()
  const notes = ['--issuer', issuer, '--port', String(notesPort)]
  const adding = ['admin', 'user', 'add', NAME, '--password-stdin']
  const [added] = await Promise.all([
    keep(startProgram(COUNTERSIGN, adding, { environment, input: PASSWORD })).ended,
    withoutNotes ? undefined : listening(keep(startProgram(NOTES_SERVER, notes, { environment }))),
  ])
  if (added.code !== 0) throw new Error(`the account was not made: ${added.stderr}`)

  return {
    folder,
    directory,
    vaultDirectory,
    temporary,
    issuer,
    resource,
    environment,
    server: () => server,
    crash: () => endProgram(server),
    restart: async () => {
      server = await serve()
    },
    start,
    startOnTerminal: (...given) => keep(startOnTerminal(COUNTERSIGN, given, { environment })),
    run: (...given) => start(...given).ended,
  }
}
