/** Starting the programs of the walk: each its own operating system process, as in real life, and none left behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import type { Readable } from 'node:stream'

export interface Running {
  readonly child: ChildProcess
  /** What it has written so far, both streams. */
  text(): string
  /** Waits until what it wrote matches, and gives the match. @throws Error when it ends first */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Its exit code. */
  readonly ended: Promise<number | null>
}

export interface Start {
  readonly environment?: Readonly<Record<string, string>>
  /** Written to its standard input, which is then closed. */
  readonly input?: string
  /** Shows what it writes to stderr as it comes. */
  readonly show?: boolean
  /** Hands it this terminal: it reads and writes it directly, and `text` stays empty. */
  readonly terminal?: boolean
}

/** Starts one of our programs with this Node.js. */
export function startProgram(file: string, given: readonly string[], start: Start = {}): Running {
  const streams = start.terminal === true ? 'inherit' : 'pipe'
  const child = spawn(process.execPath, [file, ...given], { stdio: streams, env: { ...process.env, ...start.environment } })
  let text = ''
  const watchers = new Set<() => void>()
  const take = (stream: Readable | null, show: boolean) =>
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (show) process.stderr.write(chunk)
      for (const watcher of watchers) watcher()
    })
  take(child.stdout, false)
  take(child.stderr, start.show === true)
  child.stdin?.end(start.input)
  const ended = once(child, 'close').then(([code]) => code as number | null)

  async function until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(text)
        if (match === null) return
        watchers.delete(look)
        resolve(match)
      }
      watchers.add(look)
      look()
      void ended.then((code) => reject(new Error(`${given[0] ?? file} ended with exit code ${code}:\n${text}`)))
    })
  }
  return { child, text: () => text, until, ended }
}

/** Asks it to end, and insists after five seconds. */
export async function stopProgram({ child, ended }: Running): Promise<void> {
  child.kill('SIGTERM')
  const insist = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(insist)
}

/** Below those that systems give to whoever asks for any: a server that is started again finds its port free. */
const PORTS = { from: 20_000, to: 32_000 }

/** Ports that nobody uses at this moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = []
  while (servers.length < count) {
    const server = createServer().listen(randomInt(PORTS.from, PORTS.to), '127.0.0.1')
    const free = await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error
    })
    if (free !== undefined) servers.push(server)
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
