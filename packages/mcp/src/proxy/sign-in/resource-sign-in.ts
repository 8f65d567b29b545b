/**
 * The sign-in of one resource, wherever it sends people: the authorization server is the one the resource names right now, so nothing is
 * configured and a move to another server is followed.
 */
import {
  deviceEndpoints,
  type Discovery,
  discover,
  type Credential,
  findEntries,
  type LoginStores,
  type Runtime,
  stepUp,
  type Tokens,
} from '@countersign/client'
import { CountersignError, formatScope, type Scope, scopeBeyond, scopeUnion } from '@countersign/protocol'
import { codes, type Codes } from '../../sign-in/codes.ts'
import type { Flow } from '../../sign-in/flow.ts'
import type { LadderSignIn } from '../../ladder/ladder.ts'
import type { Need } from '../../sign-in/sign-in.ts'
import type { Demand } from '../resource-sender.ts'
import { type ChooseClient, links, type LinksOptions } from '../../sign-in/links.ts'
import { machine } from './unattended.ts'

export type LoginFlow = 'device' | 'code' | 'client-credentials'

export interface ResourceSignInOptions {
  readonly url: string
  readonly profile: string
  /** The only authorization server to use. */
  readonly issuer?: string | undefined
  /** The resource to name, where it is not what the server publishes; `null` to name none. */
  readonly resource?: string | null | undefined
  /** Asked for instead of what the server suggests. */
  readonly scope?: Scope | undefined
  /** The only way to sign in to use; the device grant where the server has it when absent. */
  readonly flow?: LoginFlow | undefined
  readonly deviceName?: (() => string) | undefined
  readonly verificationHosts?: readonly string[] | undefined
  readonly callback: LinksOptions['callback']
  /** More parameters for authorization requests of sign-ins with a link. */
  readonly authorizeParameters?: LinksOptions['extra']
  readonly onChange: () => void
  /** Told of every flow that a person has to see, each time somebody asks for it. */
  readonly onFlow: (flow: Flow) => void
}

export interface ResourceSignIn extends LadderSignIn {
  /** What the server has just asked for: says where to sign in, and what is not enough. */
  readonly demanded: (demand: Demand) => void
  /** Stops waiting. What is kept stays. */
  readonly close: () => void
}

export function resourceSignIn(
  runtime: Runtime,
  stores: () => Promise<LoginStores>,
  tokens: () => Promise<Tokens>,
  chooseClient: ChooseClient,
  options: ResourceSignInOptions,
): ResourceSignIn {
  const { url, profile } = options
  const ways = new Map<string, Codes>()
  let latest: Demand | undefined
  let place: Promise<Discovery> | undefined
  let way: Codes | undefined
  const tries = new Map<string, readonly Scope[]>()
  let operation = ''
  let asked: string | undefined
  let known: Credential | undefined

  function findPlace(): Promise<Discovery> {
    place ??= discoverResource(runtime, latest?.wwwAuthenticate, options).catch((error: unknown) => {
      place = undefined
      throw error
    })
    return place
  }

  /** The sign-in at the server that the resource names; one at another server is none. */
  async function stored(rejected: string | undefined): Promise<Credential | undefined> {
    const { issuer } = await findPlace()
    const { vault } = await stores()
    const entries = (await findEntries(vault, url, profile)).filter(({ credential }) => credential.issuer === issuer)
    const newest = entries.toSorted((one, other) => other.credential.obtainedAt - one.credential.obtainedAt)[0]
    if (newest === undefined) return undefined
    try {
      return await (await tokens()).accessToken(newest.name, { rejected })
    } catch (error) {
      if (error instanceof CountersignError && error.code === 'not_signed_in') return undefined
      throw error
    }
  }

  return {
    provider: { name: new URL(url).host, clientId: '', issuer: '' },
    demanded: (demand) => {
      latest = demand
      place = undefined
    },
    current: () => way?.current(),

    async look({ scope = [], rejected }: Need = {}) {
      const found = await findPlace()
      known = await stored(rejected)
      const before = known?.scope ?? (latest?.used?.credential.issuer === found.issuer ? latest.used.credential.scope : [])
      const wanted = scopeUnion(scopeUnion(before, options.scope ?? found.scope ?? []), scope)
      if (known === undefined) return { type: 'needed', scope: offline(found, wanted), missing: [], granted: [] }
      const missing = scopeBeyond(scope, known.scope)
      if (latest?.reason !== 'scope' || (missing.length === 0 && known.accessToken !== latest.used?.credential.accessToken)) {
        return { type: 'good', access: { token: known.accessToken, tokenType: known.tokenType, scope: known.scope, from: 'sign_in' } }
      }
      // What a person is being asked for already is not asked for a second time, and not given up either.
      const under = way?.current()
      if (under !== undefined && scopeBeyond(scope, under.scope).length === 0) {
        return { type: 'needed', scope: under.scope, missing, granted: known.scope }
      }
      // MCP authorization, step-up: the union of what was granted and what is demanded, a few times at most.
      operation = formatScope(scope)
      const step = stepUp(scope, { granted: known.scope, tried: tries.get(operation) ?? [] })
      if (step.type === 'futile') {
        throw new CountersignError(
          'scope_exceeded',
          `the server refuses this with the scopes that were granted (${step.why.replaceAll('_', ' ')})`,
          {
            hint: 'Ask whoever runs the server for access.',
          },
        )
      }
      return { type: 'needed', scope: offline(found, step.scope), missing, granted: known.scope }
    },

    async begin(scope, { countersign = false } = {}) {
      const found = await findPlace()
      way = await wayTo(found)
      const insufficient = known
      const flow = await way.open(scope, countersign, insufficient)
      const isNew = flow === undefined ? options.flow === 'client-credentials' : flow.id !== asked
      asked = flow?.id ?? asked
      if (isNew && latest?.reason === 'scope') tries.set(operation, [...(tries.get(operation) ?? []), flow?.scope ?? scope])
      if (flow !== undefined) options.onFlow(flow)
      return flow
    },

    close: () => {
      for (const each of ways.values()) each.close()
    },
  }

  async function wayTo(found: Discovery): Promise<Codes> {
    if (options.flow === 'client-credentials') {
      return remembered(JSON.stringify([found.issuer, found.resource]), () => machine(runtime, stores, chooseClient, found, profile))
    }
    const device = options.flow === undefined ? offersDevice(found) : options.flow === 'device'
    if (!device) {
      return remembered(JSON.stringify([found.issuer, found.resource]), () =>
        links(runtime, stores, chooseClient, found, {
          profile,
          callback: options.callback,
          extra: options.authorizeParameters,
          onEnd: options.onChange,
        }),
      )
    }
    const { clientId, authentication } = await chooseClient(found, new AbortController().signal)
    return remembered(JSON.stringify([found.issuer, clientId, found.resource]), () =>
      codes(
        runtime,
        stores,
        {
          name: new URL(url).host,
          clientId,
          ...(authentication === undefined ? {} : { authentication }),
          issuer: found.issuer,
          metadata: found.metadata,
          ...(found.resource === undefined ? {} : { resource: found.resource }),
          ...(options.verificationHosts === undefined ? {} : { verificationHosts: options.verificationHosts }),
        },
        { profile, deviceName: options.deviceName, onEnd: options.onChange },
      ),
    )
  }

  function remembered(key: string, make: () => Codes): Codes {
    const found = ways.get(key)
    if (found !== undefined) return found
    const made = make()
    ways.set(key, made)
    return made
  }
}

/** Where the resource sends people; before there was metadata of resources, its own origin was the authorization server (MCP 2025-03-26). */
async function discoverResource(runtime: Runtime, wwwAuthenticate: string | undefined, options: ResourceSignInOptions): Promise<Discovery> {
  const { url, issuer, resource } = options
  const challenge = wwwAuthenticate === undefined ? {} : { wwwAuthenticate }
  const found = await discover(runtime, url, { ...challenge, ...(issuer === undefined ? {} : { issuer }) }).catch(
    async (error: unknown) => {
      const silent = error instanceof CountersignError && error.code === 'discovery_failed' && issuer === undefined
      if (!silent) throw error
      return discover(runtime, url, { ...challenge, issuer: new URL(url).origin }).catch(() => {
        throw error
      })
    },
  )
  if (resource === undefined) return found
  const { resource: _published, ...rest } = found
  return resource === null ? rest : { ...rest, resource }
}

function offersDevice({ metadata }: Discovery): boolean {
  try {
    deviceEndpoints(metadata)
    return true
  } catch {
    return false
  }
}

/** MCP authorization, scope selection: what brings a refresh token is asked for where the server lists it, and only beside something else. */
function offline({ metadata }: Discovery, scope: Scope): Scope {
  return metadata.scopes_supported?.includes('offline_access') === true && scope.length > 0 ? scopeUnion(scope, ['offline_access']) : scope
}
