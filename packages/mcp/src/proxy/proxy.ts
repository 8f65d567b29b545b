/**
 * `countersign proxy`: a stdio server to the host, a client of Streamable HTTP to the server, and somebody who signs in in between.
 */
import { type Runtime, type Tokens, tokensOf, type TokensOptions } from '@countersign/client'
import type { Scope } from '@countersign/protocol'
import { createLadder } from '../ladder/ladder.ts'
import { splitLines } from '../wire/lines.ts'
import { legacyBridge } from './bridge/to-legacy-server.ts'
import { openFront } from './front.ts'
import { type Http, httpByFetch } from './http.ts'
import { hostSide } from '../host/host-side.ts'
import { ignoring, openLists } from '../host/lists.ts'
import { needOf, personBehind } from '../host/person.ts'
import { openRemote } from './remote.ts'
import type { Memory } from '../host/remembered.ts'
import { type Demand, openResourceSender } from './resource-sender.ts'
import { callbackUri, type LinksOptions } from '../sign-in/links.ts'
import { type ClientChoice, clientChooser, type ProxyStores } from './sign-in/own-clients.ts'
import { type LoginFlow, resourceSignIn } from './sign-in/resource-sign-in.ts'
import { unattended } from './sign-in/unattended.ts'
import type { Flow } from '../sign-in/flow.ts'

export interface ProxyOptions {
  readonly url: string
  /** How to send to the server; by the fetch of the runtime unless given. */
  readonly http?: Http | undefined
  /** Sent with every request to the server. */
  readonly headers?: Readonly<Record<string, string>>
  readonly profile?: string
  readonly issuer?: string | undefined
  readonly resource?: string | null | undefined
  readonly scope?: Scope | undefined
  readonly flow?: LoginFlow | undefined
  readonly client: ClientChoice
  readonly callback?: LinksOptions['callback']
  readonly authorizeParameters?: LinksOptions['extra']
  readonly deviceName?: (() => string) | undefined
  readonly verificationHosts?: readonly string[] | undefined
  /** Tools that the host does not get to see; `*` stands for anything. */
  readonly ignoreTools?: readonly string[]
  readonly limits?: {
    /** Milliseconds until the server begins an answer. */
    readonly headersTimeout?: number | undefined
    /** Milliseconds a call waits for a person when nobody watches its progress. */
    readonly patience?: number | undefined
  }
  readonly memory: Memory
  readonly onEvent: (event: ProxyEvent) => void
}

export type ProxyEvent =
  /** A person is needed: show it wherever else somebody may look. */
  | { readonly type: 'waiting'; readonly flow: Flow }
  | { readonly type: 'connected'; readonly era: string; readonly version: string }
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'tool_left_out'; readonly tool: string; readonly why: string }
  | Parameters<NonNullable<TokensOptions['onEvent']>>[0]

export interface Proxy {
  /** Bytes from the host. */
  receive(chunk: Uint8Array): void
  /** The host has gone: ends what is under way, and the session at the server. */
  close(): Promise<void>
}

/**
 * Starts a proxy. Nothing is opened or sent before the host says something.
 * @param stores opened when the first token is needed, so that a slow keychain keeps no host waiting
 * @param write takes one line for the host, without its newline
 */
export async function startProxy(
  runtime: Runtime,
  stores: () => Promise<ProxyStores>,
  write: (line: string) => void,
  options: ProxyOptions,
): Promise<Proxy> {
  const { url, profile = 'default', limits = {}, onEvent } = options
  const { clock, sleep, suite } = runtime
  const ending = new AbortController()
  let opened: Promise<ProxyStores> | undefined
  const open = () => (opened ??= stores())
  const vault = async () => (await open()).vault
  const callback = options.callback ?? {}
  const chooseClient = clientChooser(runtime, open, options.client, (issuer) => [
    callbackUri(issuer, callback),
    `http://${callback.host ?? '127.0.0.1'}${callback.path ?? '/callback'}`,
  ])
  let tokens: Promise<Tokens> | undefined
  const openTokens = () => (tokens ??= vault().then((kept) => tokensOf(runtime, kept, { onEvent })))

  const remembered = await options.memory.read()
  const lists = openLists({
    memory: options.memory,
    remembered,
    ignores: ignoring(options.ignoreTools ?? []),
    onInvalid: (tool, why) => onEvent({ type: 'tool_left_out', tool, why }),
  })
  const attended = openResourceSender({
    runtime,
    http: options.http ?? httpByFetch(runtime.fetch),
    stores: async () => ({ vault: await vault(), tokens: await openTokens() }),
    url,
    profile,
    issuer: options.issuer,
    clientId: options.client.clientId,
  })
  const sender = options.flow === 'client-credentials' ? unattended(attended, alone) : attended
  const side = hostSide(write)
  const remote = openRemote({
    sender,
    sleep,
    url,
    headers: options.headers ?? {},
    limits,
    signal: ending.signal,
    host: () => front.host(),
    parameters: (tool) => lists.parameters(tool),
    onConnect: (server) => {
      onEvent({ type: 'connected', era: server.era, version: server.version })
      front.connected(server)
    },
    onMessage: (message, text) => front.heard(message, text),
  })
  let shown: string | undefined
  const signIn = resourceSignIn(runtime, open, openTokens, chooseClient, {
    url,
    profile,
    issuer: options.issuer,
    resource: options.resource,
    scope: options.scope,
    flow: options.flow,
    deviceName: options.deviceName,
    verificationHosts: options.verificationHosts,
    callback,
    authorizeParameters: options.authorizeParameters,
    onChange: () => undefined,
    onFlow: (flow) => {
      if (flow.id === shown) return
      shown = flow.id
      onEvent({ type: 'waiting', flow })
    },
  })
  const ladder = createLadder(signIn, { clock, sleep, suite, patience: limits.patience })
  const bridge = legacyBridge(remote, clock)
  const front = openFront({
    remote,
    hostSide: side,
    bridge,
    sleep,
    name: new URL(url).host,
    lists,
    remembered,
    person: personBehind({ ladder, hostSide: side, onDemand: signIn.demanded, onAdmitted: () => sender.lookAgain() }),
    onFailure: (error) => onEvent({ type: 'failed', error }),
  })

  /** Signs in where nobody has to be asked. */
  async function alone(demand: Demand): Promise<void> {
    signIn.demanded(demand)
    const look = await signIn.look(needOf(demand))
    if (look.type === 'needed') await signIn.begin(look.scope)
  }

  const lines = splitLines()
  return {
    receive: (chunk) => {
      for (const line of lines(chunk)) void front.receive(line.toString('utf8'))
    },
    close: async () => {
      front.close()
      signIn.close()
      await Promise.all([remote.close(), lists.kept()])
      ending.abort()
    },
  }
}
