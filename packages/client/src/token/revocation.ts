/** The revocation request and its answer (RFC 7009). */
import { CountersignError, type Seconds } from '@countersign/protocol'
import type { AuthenticationAt } from '../clients/authentication.ts'
import type { Runtime } from '../runtime.ts'
import { readObject, retryAfterOf } from '../wire/json.ts'
import { type KeyBinding, sendProven } from '../wire/proven.ts'
import { readRefusal, refused } from '../wire/refusal.ts'
import { wait } from '../wire/time.ts'

interface RevocationRequest {
  readonly endpoint: string
  readonly clientId: string
  readonly authentication?: AuthenticationAt | undefined
  readonly token: string
  readonly hint: 'refresh_token' | 'access_token'
  /** Whether a busy server is asked again. */
  readonly patient: boolean
  readonly signal?: AbortSignal | undefined
}

// Two tries and the pause between them, or a refresh and one try, have to end before the vault's lock may be taken for abandoned (30 s).
const TIME_LIMIT = 8000
const LONGEST_PAUSE: Seconds = 5

/**
 * Revokes one token. With patience, a server that is busy (status 503) is asked once more after the pause it names.
 * @throws CountersignError when the server did not confirm
 */
async function revokeToken(runtime: Runtime, binding: KeyBinding, request: RevocationRequest): Promise<void> {
  const { endpoint, clientId, authentication, token, hint, patient, signal } = request
  const form = new URLSearchParams({ token, token_type_hint: hint, client_id: clientId })
  const attempt = () => sendProven(runtime, binding, { method: 'POST', url: endpoint, form, authentication, signal, timeLimit: TIME_LIMIT })
  let answer = await attempt()
  // RFC 7009 section 2.2.1: with 503 the token still exists, and the client may try again after Retry-After.
  const pause = retryAfterOf(answer.headers) ?? 1
  if (patient && answer.status === 503 && pause <= LONGEST_PAUSE) {
    await wait(runtime.sleep, pause * 1000, signal)
    answer = await attempt()
  }
  if (answer.status === 200) return
  const refusal = readRefusal(readObject(answer.body) ?? {}, [token])
  if (refusal !== undefined) throw refused(refusal)
  throw new CountersignError('authorization_server_error', `the revocation endpoint answered status ${answer.status}`)
}

/**
 * Lets go of tokens: revokes the refresh token, which ends the access tokens that came of it, or else the access token.
 * @throws CountersignError when the server did not confirm
 */
export async function revokeTokens(
  runtime: Runtime,
  binding: KeyBinding,
  client: {
    readonly endpoint: string
    readonly clientId: string
    readonly authentication?: AuthenticationAt | undefined
    readonly patient: boolean
  },
  tokens: { readonly accessToken: string; readonly refreshToken?: string | undefined },
  signal?: AbortSignal,
): Promise<void> {
  const { accessToken, refreshToken } = tokens
  const [token, hint] = refreshToken === undefined ? ([accessToken, 'access_token'] as const) : ([refreshToken, 'refresh_token'] as const)
  await revokeToken(runtime, binding, { ...client, token, hint, signal })
}

/** Ends tokens that were received and must not be kept. Best effort: the reason for not keeping them is what gets reported. */
export async function discardTokens(
  runtime: Runtime,
  binding: KeyBinding,
  client: { readonly endpoint: string | undefined; readonly clientId: string; readonly authentication?: AuthenticationAt | undefined },
  tokens: { readonly accessToken: string; readonly refreshToken?: string | undefined },
  signal?: AbortSignal,
): Promise<void> {
  const { endpoint, clientId, authentication } = client
  if (endpoint === undefined) return
  try {
    await revokeTokens(runtime, binding, { endpoint, clientId, authentication, patient: false }, tokens, signal)
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error
  }
}
