/** Whom a probe asks as and who approves, from the file and the flags. */
import { readFileSync } from 'node:fs'
import type { Approver, Credentials, ProbeClient, ProbeClients, ProbeOptions } from '@countersign/audit'
import { plainLine } from '@countersign/node'
import { CountersignError } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import { ask, askSecretly, canAsk } from '../prompt.ts'
import { loadAudit } from './audit-package.ts'
import type { ProbeFlags } from './probe-options.ts'

export type Setup = Pick<ProbeOptions, 'clients' | 'approver' | 'foreignScope'>

/**
 * `stop` is called when whoever is asked to approve ends it all.
 * @throws CountersignError `usage` for a file or flags that cannot be used
 */
export async function readSetup(invocation: Invocation, flags: ProbeFlags, stop: () => void): Promise<Setup> {
  const file = flags.setup === undefined ? {} : objectIn(readText(flags.setup), `the file "${flags.setup}"`)
  const clients = clientsFrom(file, flags)
  const person = credentialsIn(file['person']) ?? (await credentialsFrom(invocation, flags))
  const foreignScope = file['foreignScope']
  return {
    clients,
    approver: person === undefined ? await otherApprover(invocation, flags, stop) : { credentials: person },
    ...(typeof foreignScope === 'string' ? { foreignScope } : {}),
  }
}

function clientsFrom(file: Readonly<Record<string, unknown>>, flags: ProbeFlags): ProbeClients {
  const named = file['clients'] === undefined ? {} : objectOf(file['clients'], 'clients')
  const from = (name: string, flag: string | undefined): ProbeClient | undefined =>
    flag === undefined ? clientOf(named[name], name) : { id: flag, ...(flags.scope === undefined ? {} : { scope: flags.scope }) }
  const a = from('a', flags.clientId)
  if (a === undefined) {
    throw new CountersignError('usage', 'no client to ask as', {
      hint: 'name a public client with the device grant: --client-id ID, or --setup FILE',
    })
  }
  const others = { b: from('b', flags.secondClient), n: from('n', flags.otherClient), k: from('k', undefined) }
  return { a, ...(Object.fromEntries(Object.entries(others).filter(([, client]) => client !== undefined)) as Omit<ProbeClients, 'a'>) }
}

function clientOf(value: unknown, name: string): ProbeClient | undefined {
  if (value === undefined) return undefined
  const { id, secret, name: called, scope } = objectOf(value, `client "${name}"`)
  if (typeof id !== 'string' || id === '') throw new CountersignError('usage', `client "${name}" has no id`)
  const texts = Object.entries({ secret, name: called, scope }).filter(([, text]) => typeof text === 'string')
  return { id, ...(Object.fromEntries(texts) as Omit<ProbeClient, 'id'>) }
}

function credentialsIn(value: unknown): Credentials | undefined {
  if (value === undefined) return undefined
  const { name, password } = objectOf(value, 'person')
  if (typeof name !== 'string' || typeof password !== 'string') throw new CountersignError('usage', 'person needs a name and a password')
  return { name, password }
}

async function credentialsFrom(invocation: Invocation, { user, passwordFile }: ProbeFlags): Promise<Credentials | undefined> {
  if (user === undefined) return undefined
  if (passwordFile !== undefined) return { name: user, password: readText(passwordFile).replace(/\r?\n$/, '') }
  if (!canAsk(invocation))
    throw new CountersignError('usage', 'nobody to ask for the password', { hint: 'name a file: --password-file FILE' })
  const [password = ''] = await askSecretly(invocation, [`password of ${user}: `])
  return { name: user, password }
}

async function otherApprover(invocation: Invocation, { approveCommand }: ProbeFlags, stop: () => void): Promise<Approver | undefined> {
  const { askingApprover, commandApprover } = await loadAudit()
  if (approveCommand !== undefined) return commandApprover(approveCommand.split(/\s+/), invocation.environment)
  if (!canAsk(invocation)) return undefined
  return askingApprover(async (request) => {
    // Code and address are the server's words.
    await ask(invocation, `${plainLine(request)} `).catch((error: unknown) => {
      // While a line is asked for, Ctrl-C is a key, and not yet a signal.
      stop()
      throw error
    })
  })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new CountersignError('usage', `the file "${file}" cannot be read`, { cause })
  }
}

function objectIn(text: string, what: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text), what)
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause
    // What a parser says of it would quote the file, and secrets are in there.
    throw new CountersignError('usage', `${what} is no JSON`)
  }
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CountersignError('usage', `${what} is no object`)
  return value as Record<string, unknown>
}
