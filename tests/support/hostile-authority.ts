/**
 * An authorization server on this machine that says what a test wants it to say, and the command that signs in to it as people run it.
 * Invariant of all its tests: what it says reaches a person harmless or not at all, and what it was not promised it does not get.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { countersign, type Ended, ownDirectory } from '../../packages/cli/test/command.ts'
import { type Answered, type Asked, localServer } from '../../packages/cli/test/support/local-server.ts'

export const PATHS = {
  metadata: '/.well-known/oauth-authorization-server',
  device: '/device_authorization',
  token: '/token',
  revoke: '/revoke',
  register: '/register',
} as const

export type Part = keyof typeof PATHS

/** What it says at an endpoint; from an object, members in place of the honest ones. */
export type Says = Partial<Record<Part, object | ((asked: Asked, before: readonly Asked[]) => Answered | undefined)>>

const USUAL: Answered = { status: 404, body: 'not here' }

/** Asks for one second between polls, and approves at once. */
export async function hostileAuthority(sayings: Says | ((origin: string) => Says) = {}) {
  const server = await localServer((asked, before) => {
    const says = typeof sayings === 'function' ? sayings(server.origin) : sayings
    const part = (Object.keys(PATHS) as Part[]).find((each) => PATHS[each] === asked.path)
    const said = part === undefined ? undefined : says[part]
    if (typeof said === 'function') return said(asked, before)
    return part === undefined ? USUAL : { body: { ...honest(server.origin)[part], ...said } }
  })
  const to = (part: Part) => server.asked.filter(({ path }) => path === PATHS[part])
  return { ...server, to }
}

function honest(origin: string): Record<Part, object> {
  return {
    metadata: {
      issuer: origin,
      device_authorization_endpoint: `${origin}${PATHS.device}`,
      token_endpoint: `${origin}${PATHS.token}`,
      revocation_endpoint: `${origin}${PATHS.revoke}`,
    },
    device: {
      device_code: 'device-code-of-the-server',
      user_code: 'WDJB-MJHT',
      verification_uri: `${origin}/device`,
      expires_in: 60,
      interval: 1,
    },
    token: {
      access_token: 'access-token-of-the-server',
      refresh_token: 'refresh-token-of-the-server',
      token_type: 'Bearer',
      expires_in: 900,
    },
    revoke: {},
    register: { client_id: 'registered' },
  }
}

export const SECRETS = ['device-code-of-the-server', 'access-token-of-the-server', 'refresh-token-of-the-server'] as const

/** A home of one's own, and the command in it. */
export function ownHome() {
  const home = ownDirectory()
  const vault = join(home, 'vault')
  const environment = { COUNTERSIGN_VAULT_DIR: vault, COUNTERSIGN_KEY_FILE: join(home, 'key') }
  const run = async (...args: readonly string[]): Promise<Ended & { readonly error: string | undefined }> => {
    const ended = await countersign(args, { environment })
    const last = ended.stdout.trimEnd().split('\n').at(-1) ?? ''
    const told = last.startsWith('{') ? (JSON.parse(last) as { readonly error?: { readonly code: string } }) : {}
    return { ...ended, error: told.error?.code }
  }
  /** All that lies on the disk. */
  const written = () =>
    readdirSync(home, { recursive: true, encoding: 'utf8' })
      .map((name) => join(home, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n')
  const signIns = async (): Promise<number> => {
    const { stdout } = await countersign(['status', '--json'], { environment })
    return (JSON.parse(stdout) as { readonly sign_ins: readonly unknown[] }).sign_ins.length
  }
  return { run, written, signIns }
}
