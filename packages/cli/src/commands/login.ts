/**
 * `countersign login`: a code on this terminal, a decision in a browser, a credential in the vault.
 * Invariants: it runs because a person called it and asks for one code (RFC 8628 section 3.1); the vault is open before the person does
 * anything, and holds all of the sign-in or none of it.
 */
import {
  chooseFlow,
  type ClientChoice,
  clientFor,
  type Credential,
  discover,
  type Discovery,
  type Granted,
  type KnownClient,
  machineLogin,
  offersDevice,
  type Refusal,
  type Surroundings,
  tokensOf,
  vaultName,
} from '@countersign/client'
import { announcedWorkload, hasBrowser, type WorkloadToken, workloadToken } from '@countersign/node/sign-in'
import { CountersignError, OAuthError, parseScope, type Scope, scopeBeyond } from '@countersign/protocol'
import type { ExitCode } from '../exit-codes.ts'
import type { ClientParts, Invocation } from '../invocation.ts'
import { askForClient } from '../sign-ins/ask-for-client.ts'
import { clientAuthentication } from '../sign-ins/client-authentication.ts'
import { isSet } from '../terminal/manner.ts'
import { keepSignIn } from '../sign-ins/keep-sign-in.ts'
import { tryVault } from '../sign-ins/try-vault.ts'
import { openClientParts } from '../sign-ins/client-parts.ts'
import { byCode, type Wanted } from './login-device.ts'
import { byPaste, inBrowser, REDIRECT_URI } from './login-redirect.ts'
import { conclude } from './login-result.ts'
import type { LoginOptions } from './sign-in-options.ts'

/** @throws CountersignError as the client's `discover`, `openLogin` and `finishLogin` do */
export async function login(invocation: Invocation, url: string | undefined, options: LoginOptions): Promise<ExitCode> {
  if (options.resume !== undefined) return (await import('./login-resume.ts')).resumeLogin(invocation, url, options)
  if (url === undefined)
    throw new CountersignError('usage', 'missing required argument "url"', { hint: 'say where: countersign login URL' })
  const { signal, environment } = invocation
  const scope = options.scope === undefined ? undefined : askedScope(options.scope)
  const prove = await clientAuthentication(invocation, options.clientKey)
  const here = whatIsHere(invocation, options, prove !== undefined)
  refuseInPublic(here, options)
  const parts = await openClientParts(invocation, options.insecureStorage === true)
  const place = await discover(parts.runtime, url, { signal, ...(options.issuer === undefined ? {} : { issuer: options.issuer }) })
  const choice = {
    clientId: options.clientId,
    authentication: prove?.(place),
    builtIn: 'countersign-cli',
    document: environment['COUNTERSIGN_CLIENT_DOCUMENT'],
    clientName: 'Countersign CLI',
    redirectUris: [REDIRECT_URI],
    signal,
  }
  let wasAsked = false
  const client = await clientFor(parts.runtime, parts, place, choice).catch((error: unknown) => {
    if (!(error instanceof CountersignError) || error.code !== 'registration_failed') throw error
    wasAsked = true
    return askForClient(invocation, place.issuer, error)
  })
  const name = vaultName(place.issuer, client.clientId, options.resource ?? place.resource, options.profile)

  const stored = await parts.vault.read(name).catch(unlessAborted)
  const present = options.force === true ? undefined : await usable(parts, name, stored, scope, signal)
  if (present !== undefined) return conclude(invocation, parts, { name, credential: present }, url, { missing: [], already: true })
  await tryVault(parts, place.issuer)
  const wanted = { place, url, client, scope, stored }
  try {
    const code = await signIn(invocation, parts, wanted, options, here)
    // Named by a person who was asked: the next sign-in does not ask again.
    if (wasAsked) await parts.registrations.write(client)
    return code
  } catch (error) {
    const told = error instanceof CountersignError ? (error.cause as Partial<Refusal> | undefined)?.error : undefined
    if (
      !(error instanceof CountersignError) ||
      options.clientId !== undefined ||
      (told !== 'invalid_client' && told !== 'unauthorized_client')
    )
      throw error
    const again = await otherClient(invocation, parts, place, { ...choice, builtIn: undefined }, client, error)
    const code = await signIn(invocation, parts, { ...wanted, client: again }, options, here)
    await parts.registrations.write(again)
    return code
  }
}

/**
 * Who to be where this client is not known. A server that has lost its clients, or was set up anew, does not know the one that registered
 * itself: once more, then. Where nobody registers by itself, somebody has to say.
 */
async function otherClient(
  invocation: Invocation,
  parts: ClientParts,
  place: Discovery,
  choice: ClientChoice,
  refused: KnownClient,
  error: CountersignError,
): Promise<KnownClient> {
  const { issuer, metadata } = place
  if (metadata.registration_endpoint === undefined) return askForClient(invocation, issuer, error)
  const kept = await parts.registrations.read(issuer)
  if (kept !== undefined && kept.clientId !== refused.clientId) throw error
  await parts.registrations.remove(issuer)
  return clientFor(parts.runtime, parts, place, choice)
}

interface Here {
  readonly isPublic: boolean
  readonly surroundings: Surroundings
}

function whatIsHere({ output, environment }: Invocation, options: LoginOptions, authenticated: boolean): Here {
  // The log of a build is read by many, and nobody sits before it to approve (RFC 8628 section 5.5).
  const isPublic = !output.json && options.showCode !== true && !output.stderr.isTerminal && isSet(environment['CI'])
  const workload = options.workload !== undefined || announcedWorkload(environment) !== undefined
  const browser = output.stderr.isTerminal && !output.json && options.wait && hasBrowser(environment)
  return { isPublic, surroundings: { browser, person: !isPublic, authenticated, workload } }
}

/** The way that works here; a server that refuses a redirect beforehand gets asked for a code. */
async function signIn(invocation: Invocation, parts: ClientParts, wanted: Wanted, options: LoginOptions, here: Here): Promise<ExitCode> {
  const { place, client, scope, url } = wanted
  const { signal } = invocation
  const flow = options.flow ?? chooseFlow(place, { ...here.surroundings, grantTypes: client.grantTypes })
  if (flow === 'device') return byCode(invocation, parts, wanted, options)
  if (!options.wait) throw new CountersignError('usage', '--no-wait needs the device grant', { hint: `leave it out, or say --flow device` })
  const { clientId, authentication } = client
  const asked = { clientId, authentication, scope, resource: options.resource }
  let granted: Granted
  try {
    if (flow === 'browser') granted = await inBrowser(invocation, parts, place, asked)
    else if (flow === 'paste') granted = await byPaste(invocation, parts, place, asked)
    else {
      const workloadToken = flow === 'workload' ? await workloadOf(invocation, parts, options) : undefined
      granted = await machineLogin(parts.runtime, place, { ...asked, workloadToken, signal })
    }
  } catch (error) {
    const refused = error instanceof CountersignError && error.code === 'authorization_server_error'
    if (flow !== 'browser' || options.flow !== undefined || !refused || !offersDevice(place.metadata)) throw error
    return byCode(invocation, parts, wanted, options)
  }
  const name = vaultName(place.issuer, clientId, options.resource ?? place.resource, options.profile)
  await keepSignIn(parts, name, granted.credential, signal)
  return conclude(invocation, parts, { name, credential: granted.credential }, url, { missing: granted.missing, already: false })
}

/** The credential that is there already, if it works and covers the scope; what stands in its way, a new sign-in sorts out. */
async function usable(
  { runtime, vault }: ClientParts,
  name: string,
  stored: Credential | undefined,
  scope: Scope | undefined,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  if (stored === undefined || scopeBeyond(scope ?? [], stored.scope).length > 0) return undefined
  return tokensOf(runtime, vault).accessToken(name, { signal }).catch(unlessAborted)
}

function unlessAborted(error: unknown): undefined {
  if (error instanceof CountersignError && error.code !== 'aborted') return undefined
  throw error
}

/** @throws CountersignError `usage` */
function askedScope(given: readonly string[]): Scope {
  try {
    return parseScope(given.join(' '))
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new CountersignError('usage', error.message, { cause: error })
  }
}

async function workloadOf({ environment }: Invocation, { runtime }: ClientParts, { workload }: LoginOptions): Promise<WorkloadToken> {
  const source = workload ?? announcedWorkload(environment)
  if (source !== undefined) return workloadToken(source, environment, runtime.fetch)
  throw new CountersignError('usage', 'this platform says nothing about its programs', {
    hint: 'say where its tokens are: --workload github, env:NAME, file:PATH or command:PROGRAM',
  })
}

/** @throws CountersignError `usage` where nobody could approve, and nothing else can be done */
function refuseInPublic({ isPublic, surroundings: { authenticated, workload } }: Here, { flow }: LoginOptions): void {
  if (!isPublic || authenticated || workload || flow === 'client-credentials' || flow === 'workload') return
  throw new CountersignError('usage', 'in CI the code would go to a log that others read', {
    hint: 'use --json to hand the code to a program, or --show-code if the log is private',
  })
}
