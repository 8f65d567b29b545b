/**
 * `countersign kubectl-credential`: an exec credential plugin for kubectl and other programs with client-go
 * (client.authentication.k8s.io, ExecCredential).
 */
import { CountersignError } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import { canAsk } from '../prompt.ts'
import { openTokenSource } from '../sign-ins/token-source.ts'
import type { KubectlOptions } from './credential-options.ts'

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']

/**
 * Prints the token in the version that was asked for. When nobody is signed in and kubectl says that it may ask, it asks, on stderr.
 * @throws CountersignError `usage` for a version that is not known, `token_type_mismatch` for a token that kubectl cannot use, `not_signed_in`
 */
export async function kubectlCredential(invocation: Invocation, url: string, options: KubectlOptions): Promise<void> {
  const { output, signal } = invocation
  const { apiVersion, interactive } = askedIn(invocation.environment['KUBERNETES_EXEC_INFO'])
  const source = await openTokenSource(invocation)
  const which = { ...options, url }
  const ask = () => source.token(which, { signal })
  const token = await ask().catch(async (error: unknown) => {
    const isMissing = error instanceof CountersignError && error.code === 'not_signed_in'
    // kubectl runs many of these at once, and in scripts: without its leave there is no question, and no code for nobody.
    if (!isMissing || !interactive || !canAsk(invocation)) throw error
    await signIn(invocation, url, options)
    return ask()
  })
  if (token.token_type === 'DPoP') {
    throw new CountersignError('token_type_mismatch', 'the token is bound to a key, which kubectl cannot prove', {
      hint: 'Use an authorization server that gives Bearer tokens to this client.',
    })
  }
  const status = { token: token.access_token, ...(token.expires_at === undefined ? {} : { expirationTimestamp: token.expires_at }) }
  const told = { apiVersion, kind: 'ExecCredential', status }
  output.result(told, JSON.stringify(told))
}

/** Signs in as `countersign login` does; stdout stays free for what kubectl reads. */
async function signIn(invocation: Invocation, url: string, { profile, issuer, clientId }: KubectlOptions): Promise<void> {
  const { run } = await import('../run.ts')
  const silent = { write: (_content: unknown, done?: () => void) => done?.() ?? true } as unknown as NodeJS.WriteStream
  const flags = [
    '--profile',
    profile,
    ...(issuer === undefined ? [] : ['--issuer', issuer]),
    ...(clientId === undefined ? [] : ['--client-id', clientId]),
  ]
  await run({ ...invocation, arguments: ['login', url, ...flags], stdout: silent })
}

interface Wanted {
  readonly apiVersion: string
  readonly interactive: boolean
}

/** @throws CountersignError `usage` */
function askedIn(text: string | undefined): Wanted {
  // Programs older than Kubernetes 1.20 say nothing.
  if (text === undefined || text === '') return { apiVersion: 'client.authentication.k8s.io/v1beta1', interactive: false }
  let info: unknown
  try {
    info = JSON.parse(text)
  } catch (cause) {
    throw new CountersignError('usage', 'KUBERNETES_EXEC_INFO is not JSON', { cause })
  }
  const { apiVersion, spec } = (info ?? {}) as { readonly apiVersion?: unknown; readonly spec?: { readonly interactive?: unknown } | null }
  if (typeof apiVersion !== 'string' || !VERSIONS.includes(apiVersion)) {
    throw new CountersignError('usage', 'KUBERNETES_EXEC_INFO asks for a version that is not known here', {
      hint: `known are ${VERSIONS.join(' and ')}`,
    })
  }
  return { apiVersion, interactive: spec?.interactive === true }
}
