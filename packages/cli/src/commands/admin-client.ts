/** `countersign admin client`: the programs that may ask for tokens. */
import { readFileSync } from 'node:fs'
import { CountersignError } from '@countersign/protocol'
import type { ShownClient } from '@countersign/server'
import type { Invocation } from '../invocation.ts'
import { table } from '../table.ts'
import type { AdminOptions, ClientOptions } from './admin-options.ts'
import { administer } from './server-package.ts'

export function addClient(invocation: Invocation, options: ClientOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    const { grantType: grantTypes, redirectUri: redirectUris, resource: resources, scope, jwks: file, ...others } = options
    const jwks = file === undefined ? undefined : readJson(file)
    const { client, secret } = await administration.addClient({
      ...others,
      grantTypes,
      redirectUris,
      resources,
      scope: scope?.join(' '),
      jwks,
    })
    // The words of RFC 7591 section 3.2.1, so that the object can be handed to any client.
    const told = { client_id: client.id, ...(secret === undefined ? {} : { client_secret: secret }) }
    invocation.output.result(
      told,
      Object.entries(told).map(([key, value]) => `${key} ${value}`),
    )
    invocation.output.say(`client "${client.id}" added${secret === undefined ? '' : '; the secret is shown this once'}`)
  })
}

export function listClients(invocation: Invocation, options: AdminOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    const clients = (await administration.listClients()).map(described)
    const rows = clients.map(({ id, name, authentication, createdAt }) => [id, name, authentication, createdAt])
    invocation.output.result({ clients }, table(['id', 'name', 'authentication', 'created'], rows, invocation.output.stdout))
  })
}

export function showClient(invocation: Invocation, id: string, options: AdminOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    const client = described(await administration.showClient(id))
    const rows = Object.entries(client).map(([key, value]) => [key, plainValue(value)])
    invocation.output.result(client, table([], rows, invocation.output.stdout))
  })
}

export function removeClient(invocation: Invocation, id: string, options: AdminOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    await administration.removeClient(id)
    invocation.output.result({ id, removed: true }, [])
    invocation.output.say(`client "${id}" removed`)
  })
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'is no JSON' : 'cannot be read'
    throw new CountersignError('usage', `the file "${file}" ${why}`, { cause })
  }
}

function described(client: ShownClient): Omit<ShownClient, 'createdAt'> & { readonly createdAt: string } {
  return { ...client, createdAt: new Date(client.createdAt).toISOString() }
}

function plainValue(value: unknown): string {
  if (typeof value === 'string') return value
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.join(' ') : JSON.stringify(value)
}
