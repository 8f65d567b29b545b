/** Servers of one issuer as an operator runs them, each a program with a clock of its own, behind a relay that can cut what clients and servers say. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../../../examples/first-login/src/programs.ts'
import { openTcpRelay, type TcpRelay } from '../../support/tcp-relay.ts'
import { watchedFolder } from '../../support/watched-folder.ts'
import { COUNTERSIGN, endProgram, type Program, startProgram } from '../support/programs.ts'

export const NAME = 'ada'
export const PASSWORD = 'analytical engine 1843'
export const RESOURCE = 'http://127.0.0.1:1/mcp'
const CLOCK = new URL('stepped-clock.mjs', import.meta.url).href
/** Seconds that a server says it goes away before it does. */
const DRAIN = 2

export interface Node {
  readonly name: string
  /** Where it listens. */
  readonly direct: string
  /** The relay before it. */
  readonly front: TcpRelay
  readonly pid: () => number
  /** Ends it without a warning. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  /** Asks it to end, and waits until it has; gives the exit code. */
  readonly stop: () => Promise<number | null>
  /** Has it read its configuration again, and waits until it did. */
  readonly reload: () => Promise<void>
  /** Sets its clock so many seconds off the one of the house. */
  readonly setClock: (seconds: number) => void
  readonly isReady: () => Promise<boolean>
}

export interface Nodes {
  readonly issuer: string
  readonly nodes: readonly Node[]
  /** What the clocks of the house say, in milliseconds since the epoch: they run faster than real ones. */
  readonly now: () => number
  /** Writes the configuration that is read at the next start or reload. */
  readonly configure: (operator: string) => void
  readonly close: () => Promise<void>
}

export interface NodesOptions {
  readonly count: number
  /** Where the store of each is; an embedded one unless given. */
  readonly storeOf?: (index: number) => string
  /** How many times faster the clocks of the house run. */
  readonly hurry: number
  readonly settings: Readonly<Record<string, unknown>>
}

/** Opens servers that share an issuer, a key and an account; they are ready when this resolves. */
export async function openNodes({ count, storeOf, hurry, settings }: NodesOptions): Promise<Nodes> {
  const { folder, remove, watch } = watchedFolder('countersign-faults-')
  const programs: Program[] = []
  const relays: TcpRelay[] = []
  const from = Date.now()
  const close = async () => {
    await Promise.all(programs.map(endProgram))
    await Promise.all(relays.map((relay) => relay.close()))
    remove()
  }
  const run = (given: readonly string[], environment: Readonly<Record<string, string>>, input?: string) => {
    const program = startProgram(COUNTERSIGN, given, { environment, ...(input === undefined ? {} : { input }) })
    programs.push(program)
    watch(program.pid, program.ended)
    return program
  }
  try {
    const ports = await freePorts(count)
    const issuer = `http://127.0.0.1:${ports[0]}`
    const configuration = join(folder, 'countersign.json')
    const home = join(folder, 'home')
    mkdirSync(home)
    const configure = (operator: string) => {
      const resources = [{ resource: RESOURCE, name: 'Notes', scopes: { 'notes:read': 'Read all your notes' } }]
      const contact = 'security@northgate.example'
      writeFileSync(
        configuration,
        JSON.stringify({ issuer, log: 'json', drain: DRAIN, operator: { name: operator, contact }, resources, settings }),
      )
    }
    configure('Northgate')

    const openNode = async (index: number): Promise<Node> => {
      const [port, name] = [ports[index] as number, `node ${index + 1}`]
      const directory = join(folder, `authority-${index}`)
      const clock = join(folder, `clock-${index}`)
      const setClock = (seconds: number) => writeFileSync(clock, `${seconds * 1000}`)
      setClock(0)
      const environment = {
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        COUNTERSIGN_CONFIG: configuration,
        COUNTERSIGN_DATA: directory,
        NODE_OPTIONS: `--import=${CLOCK}`,
        COUNTERSIGN_FLOW_CLOCK: `${hurry} ${from}`,
        COUNTERSIGN_FLOW_CLOCK_OFF: clock,
        ...(storeOf === undefined ? {} : { COUNTERSIGN_STORE: storeOf(index) }),
      }
      const key = index === 0 ? [] : ['--master-key-file', join(folder, 'authority-0', 'master.key')]
      let program: Program
      const start = async () => {
        program = run(['serve', '--listen', `127.0.0.1:${port}`, ...key], environment)
        await program.until(/^listening on /m)
      }
      await start()
      if (index === 0) {
        const { code, stderr } = await run(['admin', 'user', 'add', NAME, '--password-stdin'], environment, PASSWORD).ended
        if (code !== 0) throw new Error(`the account was not made: ${stderr}`)
      }
      const front = await openTcpRelay(port)
      relays.push(front)
      const direct = `http://127.0.0.1:${port}`
      return {
        name,
        direct,
        front,
        pid: () => program.pid as number,
        kill: () => endProgram(program),
        start,
        async stop() {
          program.kill('SIGTERM')
          return (await program.ended).code
        },
        async reload() {
          const times = program.printed().toString().split('configuration.reloaded').length
          program.kill('SIGHUP')
          await program.until(new RegExp(`(?:configuration\\.reloaded[^]*){${times}}`))
        },
        setClock(seconds) {
          setClock(seconds)
          program.kill('SIGUSR2')
        },
        isReady: () =>
          fetch(`${direct}/readyz`).then(
            ({ status }) => status === 200,
            () => false,
          ),
      }
    }
    const first = await openNode(0)
    const others = await Promise.all(Array.from({ length: count - 1 }, (_, index) => openNode(index + 1)))
    return { issuer, nodes: [first, ...others], now: () => from + (Date.now() - from) * hurry, configure, close }
  } catch (error) {
    await close()
    throw error
  }
}
