/**
 * The one sign-in of a program that acts for a person: whoever needs a token comes here, and one code at most waits for approval.
 * Invariants: nobody is asked before somebody needs a token; a token from the environment wins and is never replaced; whoever needs
 * more than the code under way asks for goes on with one code for all of it. Nothing in here knows about MCP.
 */
import {
  type Authorization,
  type Authorizer,
  authorizerOf,
  type Credential,
  type LoginStores,
  type Revocation,
  revoke,
  type Runtime,
  stepUp,
  type Tokens,
  tokensOf,
  vaultName,
} from '@countersign/client'
import { CountersignError, type Scope, scopeUnion } from '@countersign/protocol'
import type { Provider } from '../providers/provider.ts'
import type { Flow } from './flow.ts'
import { lacking } from './scopes.ts'
import type { Access, SignInState } from './state.ts'
import { ways } from './ways.ts'

export interface SignInOptions {
  /** A token that somebody put into the environment, and under which name. */
  readonly given?: { readonly environment: string; readonly token: string } | undefined
  /** Always asked for. */
  readonly scope?: Scope | undefined
  /** Lets one person keep several sign-ins to the same place. `default` unless told. */
  readonly profile?: string | undefined
  /** What the approving page may call this program; nobody verifies it. */
  readonly deviceName?: (() => string) | undefined
  /** A page opened here is seen by the person, and its redirects reach this process: `provider.redirectUri` is then preferred to a code. */
  readonly browser?: boolean | undefined
  /** Told whenever `state()` may have changed; must not throw. */
  readonly onChange?: (() => void) | undefined
}

/** What somebody needs a token for. */
export interface Need {
  readonly scope?: Scope | undefined
  /** A token that the API has just refused: it counts as expired. */
  readonly rejected?: string | undefined
}

export type Look =
  | { readonly type: 'good'; readonly access: Access }
  /** A person has to approve `scope`, which is all of it; `missing` is what the present token lacks, empty when there is none. */
  | { readonly type: 'needed'; readonly scope: Scope; readonly missing: Scope; readonly granted: Scope }

export interface SignIn {
  readonly provider: Provider
  readonly state: () => SignInState
  /** Whether there is a token, without using the network; it may turn out to be no good any more. */
  readonly isKnown: () => Promise<boolean>
  /**
   * A token that is good now and covers the need, renewed in time; or what a person has to approve first.
   * @throws CountersignError `not_signed_in` when the token from the environment was refused, `scope_exceeded` when asking again would be
   *   in vain, `network_failure` and others when a token cannot be renewed right now, `vault_unavailable`
   */
  readonly look: (need?: Need) => Promise<Look>
  /**
   * Asks for a code, or joins the one under way; `undefined` when somebody has signed in meanwhile.
   * @param countersign whether the person here can be asked for the number on the approving page
   * @throws CountersignError as the client's `discover` and `openLogin` do, `aborted` when people were asked too often
   */
  readonly begin: (scope: Scope, options?: { readonly countersign?: boolean }) => Promise<Flow | undefined>
  /** The code that waits for a person now. */
  readonly current: () => Flow | undefined
  /** Vouches for requests to the APIs that the tokens are for: the resource, and these origins. */
  readonly authorizer: (origins: readonly string[]) => Authorizer
  /** Ends the sign-in here and at the server. */
  readonly signOut: (signal?: AbortSignal) => Promise<Revocation>
  /** Stops waiting. What is kept stays, and so does a code that somebody may still approve. */
  readonly close: () => void
}

/**
 * A sign-in with a provider. Nothing is opened or sent before somebody needs a token.
 * @param stores where tokens and codes under way are kept, opened when they are needed
 */
export function signIn(given: Runtime, stores: () => Promise<LoginStores>, provider: Provider, options: SignInOptions = {}): SignIn {
  const runtime: Runtime = provider.adapt === undefined ? given : { ...given, fetch: provider.adapt(given.fetch) }
  const name = vaultName(provider.issuer, provider.clientId, provider.resource, options.profile ?? 'default')
  const changed = options.onChange ?? (() => {})
  const waiting = ways(runtime, stores, provider, { ...options, browser: options.browser === true, onEnd: changed })
  let tokens: Tokens | undefined
  let latest: Credential | undefined
  let refused: CountersignError | undefined
  let tried: readonly Scope[] = []

  async function openTokens(): Promise<Tokens> {
    const { vault } = await stores()
    tokens ??= tokensOf(runtime, vault)
    return tokens
  }

  async function stored(rejected: string | undefined): Promise<Credential | undefined> {
    const kept = await openTokens()
    const before = latest
    try {
      latest = await kept.accessToken(name, { rejected })
    } catch (error) {
      if (!(error instanceof CountersignError) || error.code !== 'not_signed_in') throw error
      latest = undefined
    }
    if ((before === undefined) !== (latest === undefined)) changed()
    return latest
  }

  function all(need: Scope): Scope {
    return [provider.scope ?? [], options.scope ?? [], need].reduce(scopeUnion)
  }

  return {
    provider,
    current: waiting.current,
    close: waiting.close,

    authorizer: (origins) => {
      const known = [...origins, ...(provider.resource === undefined ? [] : [provider.resource])].map((url) => new URL(url).origin)
      return {
        authorize: async (request) => {
          const { origin } = new URL(request.url)
          // RFC 9700 section 4.9.1: a token shown to another server is a token given away.
          if (!known.includes(origin)) {
            throw new CountersignError('resource_mismatch', `this sign-in is not for ${origin}`, {
              hint: 'Name the API among the options.',
            })
          }
          if (options.given !== undefined) return vouchFor(options.given.token)
          return authorizerOf(runtime, await openTokens(), name, () => origin).authorize(request)
        },
      }
    },

    state: () => {
      const from = options.given
      if (from !== undefined) return { type: 'signed_in', scope: undefined, from: { environment: from.environment } }
      const flow = waiting.current()
      if (flow !== undefined) {
        const { id, invitation, scope, question } = flow
        const asked = question()
        return { type: 'waiting', flow: id, invitation, scope, ...(asked === undefined ? {} : { question: asked }) }
      }
      if (latest !== undefined) return { type: 'signed_in', scope: latest.scope, ...expiry(latest), from: 'sign_in' }
      const error = refused ?? waiting.refused()
      return error === undefined ? { type: 'signed_out' } : { type: 'refused', error }
    },

    isKnown: async () => options.given !== undefined || (await (await stores()).vault.read(name)) !== undefined,

    async look({ scope = [], rejected } = {}) {
      if (options.given !== undefined) return { type: 'good', access: fromEnvironment(options.given, rejected) }
      const credential = await stored(rejected)
      if (credential === undefined) return { type: 'needed', scope: all(scope), missing: [], granted: [] }
      const missing = lacking(scope, credential.scope, provider.implies)
      if (missing.length === 0) return { type: 'good', access: accessOf(credential) }
      // MCP authorization, step-up: the union of what was granted and what is demanded, a few times at most.
      const step = stepUp(missing, { granted: credential.scope, tried })
      if (step.type === 'futile') {
        throw new CountersignError('scope_exceeded', `this needs ${missing.join(' ')}, which was asked for and not granted`, {
          hint: 'To be asked once more, sign out or start the server again.',
        })
      }
      return { type: 'needed', scope: all(step.scope), missing, granted: credential.scope }
    },

    async begin(scope, { countersign = false } = {}) {
      const insufficient = latest
      try {
        const flow = await waiting.open(scope, countersign, insufficient)
        refused = undefined
        void flow?.ended.then(({ type }) => type === 'signed_in' && rememberTry(flow.scope))
        return flow
      } catch (error) {
        if (error instanceof CountersignError) refused = error
        throw error
      } finally {
        changed()
      }
    },

    async signOut(signal) {
      waiting.current()?.stop(new CountersignError('aborted', 'signed out'))
      try {
        return await revoke(runtime, (await stores()).vault, name, signal)
      } finally {
        latest = undefined
        refused = undefined
        tried = []
        changed()
      }
    },
  }

  /** What a person has decided on. Parallel calls join one code, and that is one try. */
  function rememberTry(scope: Scope): void {
    const last = tried.at(-1)
    if (last === undefined || lacking(scope, last).length > 0) tried = [...tried, scope]
  }
}

function fromEnvironment({ environment, token }: NonNullable<SignInOptions['given']>, rejected: string | undefined): Access {
  if (rejected === token) {
    throw new CountersignError('not_signed_in', `the token in ${environment} was refused`, {
      hint: `Put a new one there, or remove ${environment} to sign in with a code.`,
    })
  }
  return { token, tokenType: 'Bearer', scope: undefined, from: { environment } }
}

/** A token whose scope and end nobody here knows. */
function vouchFor(accessToken: string): Authorization {
  const credential = { accessToken, tokenType: 'Bearer', scope: [], obtainedAt: 0 } as const
  return { headers: { authorization: `Bearer ${accessToken}` }, credential }
}

function accessOf(credential: Credential): Access {
  const { accessToken, tokenType, scope } = credential
  return { token: accessToken, tokenType, scope, ...expiry(credential), from: 'sign_in' }
}

function expiry({ expiresAt }: Credential): { readonly expiresAt?: number } {
  return expiresAt === undefined ? {} : { expiresAt }
}
