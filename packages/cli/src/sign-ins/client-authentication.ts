/** How this client proves itself, where it was given something to do that with. Secrets come from files and the environment, never from flags. */
import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ClientAuthentication, Discovery } from '@countersign/client'
import type { PrivateJwk } from '@countersign/proof'
import { CountersignError } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'

/**
 * The key of `--client-key` (a JWK, or PKCS #8 in PEM), else the secret of COUNTERSIGN_CLIENT_SECRET or the file that
 * COUNTERSIGN_CLIENT_SECRET_FILE names; `undefined` for a public client.
 * @throws CountersignError `usage`
 */
export async function clientAuthentication(
  { environment }: Pick<Invocation, 'environment'>,
  keyFile: string | undefined,
): Promise<((place: Discovery) => ClientAuthentication) | undefined> {
  if (keyFile !== undefined) {
    const { key, keyId } = keyIn(await contentOf(keyFile), keyFile)
    return () => ({ method: 'private_key_jwt', key, ...(keyId === undefined ? {} : { keyId }) })
  }
  const { COUNTERSIGN_CLIENT_SECRET: given = '', COUNTERSIGN_CLIENT_SECRET_FILE: file = '' } = environment
  const secret = file === '' ? given : (await contentOf(file)).trim()
  if (secret === '') return undefined
  // RFC 8414 section 2: Basic is the default of a list that is not there.
  return ({ metadata: { token_endpoint_auth_methods_supported: methods } }) => {
    const byPost = Array.isArray(methods) && methods.includes('client_secret_post') && !methods.includes('client_secret_basic')
    return { method: byPost ? 'client_secret_post' : 'client_secret_basic', secret }
  }
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new CountersignError('usage', `cannot read '${path}'`, { hint: 'Check the path and its permissions.', cause })
  }
}

function keyIn(text: string, path: string): { readonly key: PrivateJwk; readonly keyId: string | undefined } {
  try {
    const given = text.trimStart().startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : undefined
    const key = given === undefined ? createPrivateKey(text) : createPrivateKey({ key: given, format: 'jwk' })
    const keyId = typeof given?.['kid'] === 'string' ? given['kid'] : undefined
    return { key: key.export({ format: 'jwk' }) as unknown as PrivateJwk, keyId }
  } catch {
    // No cause: the parser's message may quote the key.
    throw new CountersignError('usage', `'${path}' holds no private key`, { hint: 'Give a private key as JWK, or as PKCS #8 in PEM.' })
  }
}
