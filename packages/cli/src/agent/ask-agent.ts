/** Tokens and headers from an agent: this program sees neither vault nor key. */
import { stat } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import type { Authorization } from '@countersign/client'
import { CountersignError } from '@countersign/protocol'
import type { Token, TokenSource, Which } from '../sign-ins/token-source.ts'
import { givenIn, messagesFrom, type Question, send } from './messages.ts'

/** The source behind a socket. @throws CountersignError `vault_unavailable` from its functions when nobody answers there */
export function agentSource(path: string): TokenSource {
  return {
    token: async (which, { rejected, signal } = {}) =>
      (await ask(path, { do: 'token', which: plain(which), ...(rejected === undefined ? {} : { rejected }) }, signal)) as Token,
    authorize: async (which, { signal, ...request }) =>
      (await ask(path, { do: 'authorize', which: plain(which), request }, signal)) as Authorization,
  }
}

/** Commands hand over all their flags. */
function plain({ url, profile, issuer, clientId }: Which): Which {
  return { url, profile, ...(issuer === undefined ? {} : { issuer }), ...(clientId === undefined ? {} : { clientId }) }
}

async function ask(path: string, question: Question, signal: AbortSignal | undefined): Promise<object> {
  await mustBeOurs(path)
  signal?.throwIfAborted()
  const socket = connect(path)
  const stop = () => void socket.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    send(socket, question)
    return givenIn(await firstMessage(socket))
  } catch (error) {
    if (signal?.aborted === true) throw new CountersignError('aborted', 'interrupted')
    throw error instanceof CountersignError ? error : away(path, error)
  } finally {
    signal?.removeEventListener('abort', stop)
    socket.destroy()
  }
}

async function firstMessage(socket: Socket): Promise<string> {
  for await (const message of messagesFrom(socket)) return message
  throw new CountersignError('vault_unavailable', 'the agent hung up', { hint: HINT })
}

/** A token from somebody else's agent would be used in somebody else's name. */
async function mustBeOurs(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw away(path, cause)
  })
  const user = process.getuid?.()
  if (user !== undefined && found.uid !== user) {
    throw new CountersignError('vault_unavailable', `the agent at ${path} belongs to another user`, { hint: HINT })
  }
}

const HINT = 'Start one with "countersign agent", or unset COUNTERSIGN_AGENT to use the vault itself.'

function away(path: string, cause: unknown): CountersignError {
  return new CountersignError('vault_unavailable', `no agent answers at ${path}`, { hint: HINT, cause })
}
