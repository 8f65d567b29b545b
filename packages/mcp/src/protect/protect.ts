/**
 * `protect(server, options)`: a stdio server that signs in by itself, where it used to read a token from the environment.
 * It stands between the server and its transport, so it fits every version and era of the official SDK, and depends on none.
 */
import { hostname } from 'node:os'
import type { Runtime } from '@countersign/client'
import { nodeSuite, plainLine, systemClock, systemSleep } from '@countersign/node'
import { hasBrowser } from '@countersign/node/sign-in'
import { CountersignError, type Fetch } from '@countersign/protocol'
import { LOGIN_TOOL } from '../ladder/auth-tools.ts'
import { createLadder } from '../ladder/ladder.ts'
import type { Provider } from '../providers/provider.ts'
import type { Access, SignInState } from '../sign-in/state.ts'
import { type Need, signIn } from '../sign-in/sign-in.ts'
import { type Connection, createConnection } from './connection.ts'
import { HOST_CLIENT, hostClientId } from './host-client.ts'
import type { ProtectOptions } from './options.ts'
import { trackRuns } from './running.ts'
import { openStores } from './stores.ts'
import { tokenAccess } from './token-access.ts'
import { type SdkTransport, standBetween } from './transport.ts'

/** The low-level server of the SDK, version 1 or 2, as far as it matters here. */
interface SdkServer {
  connect(transport: never): Promise<void>
}

/** A server of the SDK: `McpServer`, or the low-level `Server`. */
export type ProtectedServer = SdkServer & { readonly server?: SdkServer }

export interface Protected {
  /**
   * A fetch for handlers of tools, which adds the token and proves its key where it is bound to one. It goes to the API that the token is
   * for and nowhere else. Where a person has to approve first, be it a sign-in, a new one or more scopes, it ends by an error, and the
   * tool is run again afterwards, from its start: make the first request before anything else.
   * @throws CountersignError `not_signed_in`, `resource_mismatch`
   */
  readonly fetch: Fetch
  /**
   * The token itself, for libraries that want one: good now, and covering what is asked for; otherwise as with `fetch`. A token that is
   * bound to a key is of no use without proofs: see `access`.
   * @throws CountersignError `not_signed_in`
   */
  readonly accessToken: (need?: Need) => Promise<string>
  /** The same with what is known about the token. */
  readonly access: (need?: Need) => Promise<Access>
  readonly state: () => SignInState
  /** Revokes and forgets the tokens. */
  readonly signOut: () => Promise<void>
}

/**
 * Protects a server; to be called before it is connected. Tools are listed as ever. The first call of one asks the person, by whatever
 * the host can show, and goes on when there is a token.
 * @throws CountersignError `usage` when the server is connected to HTTP (that is what `@countersign/guard` is for), or an option is no good
 *
 * @example
 * const server = new McpServer({ name: 'notes', version: '1.0.0' })
 * const { fetch } = protect(server, { provider: github({ clientId: 'Iv1.0123456789abcdef' }), environment: 'GITHUB_TOKEN' })
 * server.registerTool('list_gists', {}, async () => textOf(await fetch('https://api.github.com/gists')))
 */
export function protect(server: ProtectedServer, options: ProtectOptions): Protected {
  const { scope = [], scopes = {}, open = [], gated = false, authTools = gated, variables = process.env } = options
  const log = options.log ?? ((line) => void process.stderr.write(`${line}\n`))
  const runtime = options.runtime ?? machineRuntime()
  const clientId = hostClientId(variables, options.hostClient ?? 'refuse')
  if (clientId !== undefined)
    log(plainLine(`countersign: acts as the client ${clientId}, as ${HOST_CLIENT} says; nobody has verified that`))
  const provider = clientId === undefined ? options.provider : asHostClient(options.provider, clientId)

  const running = trackRuns()
  const connections = new Set<Connection>()
  const names: { host?: string; server?: string } = {}
  let known = false
  let announced: string | undefined
  const one = signIn(runtime, options.stores ?? openStores({ ...options, env: variables }), provider, {
    given: givenToken(options.environment, variables),
    scope,
    profile: options.profile,
    browser: options.browser ?? hasBrowser(variables),
    deviceName: () => deviceName(names),
    onChange: () => {
      const state = one.state()
      if (state.type === 'waiting' && announced !== state.flow) {
        announced = state.flow
        const { verificationUri, userCode } = state.invitation
        const enter = userCode === '' ? '' : ` and enter ${userCode}`
        log(plainLine(`countersign: to sign in to ${provider.name} open ${verificationUri}${enter}`))
      }
      if (state.type !== 'waiting' && (state.type === 'signed_in') !== known) {
        known = !known
        log(plainLine(`countersign: signed ${known ? 'in to' : 'out of'} ${provider.name}`))
        for (const each of connections) each.listChanged()
      }
    },
  })
  const { clock, sleep, suite } = runtime
  const patience = options.patience === undefined ? undefined : options.patience * 1000
  const ladder = createLadder(one, { clock, sleep, suite, patience, loginTool: authTools ? LOGIN_TOOL : undefined })

  const low = server.server ?? server
  const connect = low.connect.bind(low) as (transport: SdkTransport) => Promise<void>
  low.connect = (async (transport: SdkTransport) => {
    refuseHttp(transport)
    let connection: Connection | undefined
    let leaving: Promise<void> | undefined
    const leave = () => {
      leaving ??= (async () => {
        if (connection !== undefined) connections.delete(connection)
        forget()
        if (options.revokeOnExit === true && one.state().type === 'signed_in' && (await one.isKnown())) await one.signOut()
      })().finally(one.close)
      return leaving
    }
    const forget = atTheEnd(leave, options.revokeOnExit === true)
    const outer = standBetween(transport, (between) => {
      connection = createConnection(between, {
        signIn: one,
        ladder,
        running,
        clock,
        scopes,
        scope,
        open,
        authTools,
        gated,
        onNames: (told) => Object.assign(names, told),
        onClosed: () => void leave().catch(() => {}),
      })
      connections.add(connection)
      return connection
    })
    await connect(outer)
  }) as SdkServer['connect']

  const { access, fetch } = tokenAccess(runtime, one, running, [...(provider.api ?? []), ...(options.api ?? [])])

  return {
    fetch,
    access,
    accessToken: async (need) => (await access(need)).token,
    state: one.state,
    signOut: async () => void (await one.signOut()),
  }
}

/** Where the host's client may be sent back to is in a document that only the authorization server reads, so there is no redirect to count on. */
function asHostClient({ redirectUri: _registered, ...provider }: Provider, clientId: string): Provider {
  return { ...provider, clientId }
}

function givenToken(name: string | undefined, variables: NonNullable<ProtectOptions['variables']>) {
  const token = name === undefined ? undefined : variables[name]?.trim()
  return name === undefined || token === undefined || token === '' ? undefined : { environment: name, token }
}

/** What the approving page shows: which server, started by which host, on which machine. Nobody verifies any of it. */
function deviceName({ server = 'an MCP server', host }: { readonly server?: string; readonly host?: string }): string {
  const started = host === undefined ? '' : `, started by ${host}`
  return plainLine(`${server}${started}, on ${hostname()}`).slice(0, 120)
}

/**
 * MCP elicitation, URL mode: never to authorize people for the MCP server itself. Behind HTTP there may be several of them, too.
 * @throws CountersignError `usage`
 */
function refuseHttp(transport: SdkTransport): void {
  const http = ['handleRequest', 'handlePostMessage', 'handleMessage'].some((name) => name in transport)
  if (!http) return
  throw new CountersignError('usage', 'protect() is for servers on stdio, which have one person before them', {
    hint: 'Behind HTTP, let clients sign in and check their tokens: @countersign/guard.',
  })
}

/** Calls `leave` when the input ends, which version 1 of the SDK does not tell; with `signals` also before a signal ends the process. */
function atTheEnd(leave: () => Promise<void>, signals: boolean): () => void {
  const quietly = () => void leave().catch(() => {})
  const end = (signal: NodeJS.Signals) => {
    void leave()
      .catch(() => {})
      .finally(() => process.kill(process.pid, signal))
  }
  process.stdin.once('end', quietly)
  if (signals) process.once('SIGTERM', end).once('SIGINT', end)
  return () => {
    process.stdin.off('end', quietly)
    process.off('SIGTERM', end).off('SIGINT', end)
  }
}

function machineRuntime(): Runtime {
  return { fetch: (input, init) => fetch(input, init), clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }
}
