/**
 * The agent's side of its socket: the vault is open here, and others get single tokens and proofs.
 * Invariant: only this user reaches the socket: it is 0600 in a directory of 0700, which the system checks at every connection.
 */
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CountersignError } from '@countersign/protocol'
import { describeFailure } from '../output.ts'
import type { TokenSource } from '../sign-ins/token-source.ts'
import { type Answer, messagesFrom, questionIn, send } from './messages.ts'

export interface Agent {
  readonly path: string
  readonly close: () => Promise<void>
}

const MOST_CONNECTIONS = 256

/** A place for the socket that nobody else can reach; `close` removes it. */
export async function ownPlace(runtimeDirectory: string | undefined): Promise<{ path: string; remove: () => Promise<void> }> {
  const base = runtimeDirectory === undefined || runtimeDirectory === '' ? tmpdir() : runtimeDirectory
  const directory = await mkdtemp(join(base, 'countersign-agent-'))
  return { path: join(directory, 'socket'), remove: () => rm(directory, { recursive: true, force: true }) }
}

/**
 * Answers questions on a socket at this path until it is closed.
 * @throws CountersignError `usage` when the directory is not private or another agent is there
 */
export async function serveAgent(path: string, source: TokenSource): Promise<Agent> {
  await clear(path)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    void converse(socket, source)
  })
  server.maxConnections = MOST_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server
      .once('error', (cause) => reject(new CountersignError('usage', `there can be no socket at ${path}`, { cause })))
      .listen(path, resolve)
  })
  await chmod(path, 0o600)
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

async function converse(socket: Socket, source: TokenSource): Promise<void> {
  // Whoever hangs up does not want the answer any more; a renewal that has begun is kept all the same.
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  try {
    for await (const text of messagesFrom(socket)) send(socket, await answerTo(text, source, gone.signal))
  } catch (error) {
    // Whatever else comes is let go, so that the answer is not lost with it.
    if (!socket.destroyed) socket.end(`${JSON.stringify({ error: describeFailure(error) })}\n`).resume()
  }
}

async function answerTo(text: string, source: TokenSource, signal: AbortSignal): Promise<Answer> {
  try {
    const question = questionIn(text)
    if (question.do === 'token') return { ok: await source.token(question.which, { rejected: question.rejected, signal }) }
    return { ok: await source.authorize(question.which, { ...question.request, signal }) }
  } catch (error) {
    return { error: describeFailure(error) }
  }
}

/** What an agent that was killed left behind goes; a living one stays. */
async function clear(path: string): Promise<void> {
  const directory = await stat(dirname(path)).catch((cause: unknown) => {
    throw new CountersignError('usage', `there is no directory ${dirname(path)}`, { cause })
  })
  const user = process.getuid?.()
  if (user !== undefined && (directory.uid !== user || (directory.mode & 0o077) !== 0)) {
    throw new CountersignError('usage', `others can get at ${dirname(path)}`, {
      hint: `chmod 700 it, or name another place for the socket`,
    })
  }
  if ((await stat(path).catch(() => undefined)) === undefined) return
  const isAlive = await new Promise<boolean>((resolve) => {
    const trial = connect(path, () => resolve(true)).on('error', () => resolve(false))
    trial.once('connect', () => trial.destroy())
  })
  if (isAlive) throw new CountersignError('usage', `an agent is there already: ${path}`, { hint: `export COUNTERSIGN_AGENT='${path}'` })
  await rm(path, { force: true })
}
