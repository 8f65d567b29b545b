/**
 * The client that mcp-remote registered for a server: its id, its secret, and where it may be sent back to. Its tokens are not read, because two
 * programs that renew the same refresh token end it for both.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CountersignError, DEVICE_CODE } from '@countersign/protocol'
import type { Environment } from '../invocation.ts'

export interface ClientOfMcpRemote {
  readonly clientId: string
  readonly clientSecret: string | undefined
  /** Where a browser may bring the answer. */
  readonly redirect: { readonly host: string; readonly port: number; readonly path: string } | undefined
  readonly mayUseDevice: boolean
}

/**
 * What mcp-remote 0.15 tells its stores apart by.
 * @param about the parts of its command line
 */
interface About {
  readonly url: string
  readonly resource?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly authorizeParameters?: Readonly<Record<string, string>>
  readonly clientMetadataUrl?: string | undefined
}

/** @throws CountersignError `usage` when there is none */
export async function clientOfMcpRemote(about: About, environment: Environment): Promise<ClientOfMcpRemote> {
  const base = environment['MCP_REMOTE_CONFIG_DIR'] ?? ''
  const folder = join(base === '' ? join(environment['HOME'] ?? homedir(), '.mcp-auth') : base, 'mcp-remote-v1')
  const path = join(folder, `${nameOf(about)}_client_info.json`)
  const info = await readFile(path, 'utf8').then(objectIn, () => undefined)
  const { client_id: clientId, client_secret: clientSecret, redirect_uris: redirects, grant_types: grants } = info ?? {}
  if (typeof clientId !== 'string' || clientId === '') {
    throw new CountersignError('usage', `mcp-remote has no client for ${about.url} in ${folder}`, {
      hint: 'Give the same URL, --resource and --header as it was given, or leave --client-of-mcp-remote out.',
    })
  }
  return {
    clientId,
    clientSecret: typeof clientSecret === 'string' && clientSecret !== '' ? clientSecret : undefined,
    redirect: Array.isArray(redirects) ? redirectIn(redirects[0]) : undefined,
    mayUseDevice: Array.isArray(grants) && grants.includes(DEVICE_CODE),
  }
}

/** Its name for a server: a digest of whatever makes one set of credentials another. */
function nameOf({ url, resource, headers = {}, authorizeParameters = {}, clientMetadataUrl }: About): string {
  const sorted = (given: Readonly<Record<string, string>>) =>
    Object.keys(given).length === 0 ? [] : [JSON.stringify(given, Object.keys(given).toSorted())]
  const parts = [url, ...(resource === undefined ? [] : [resource]), ...sorted(authorizeParameters), ...sorted(headers)]
  return createHash('md5')
    .update([...parts, ...(clientMetadataUrl === undefined ? [] : [clientMetadataUrl])].join('|'))
    .digest('hex')
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function redirectIn(given: unknown): ClientOfMcpRemote['redirect'] {
  if (typeof given !== 'string' || !URL.canParse(given)) return undefined
  const { hostname, port, pathname } = new URL(given)
  return port === '' ? undefined : { host: hostname, port: Number(port), path: pathname }
}
