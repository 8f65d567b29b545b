/** `countersign admin registration-token`: what lets somebody register clients over the network (RFC 7591 section 3). */
import { CountersignError } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import { parseLength } from '../length-of-time.ts'
import { table } from '../table.ts'
import type { AdminOptions, RegistrationTokenOptions } from './admin-options.ts'
import { administer } from './server-package.ts'

export function addToken(invocation: Invocation, options: RegistrationTokenOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    const { output } = invocation
    const registrations = options.uses === undefined ? 1 : wholeNumber(options.uses)
    const life = options.expires === undefined ? undefined : parseLength(options.expires, '--expires')
    const { token, id, expiresAt } = await administration.addInitialAccessToken({ registrations, ...(life === undefined ? {} : { life }) })
    const until = new Date(expiresAt).toISOString()
    output.result({ id, initial_access_token: token, registrations, expires_at: until }, token)
    output.say(
      `good for ${registrations} ${registrations === 1 ? 'registration' : 'registrations'} until ${until}; the token is shown this once`,
    )
    if (administration.registration === 'off') {
      output.say(
        'nobody can register anything yet: set "registration" to "initial-access-token" in the settings, and start the server again',
      )
    }
  })
}

export function listTokens({ output, environment }: Invocation, options: AdminOptions): Promise<void> {
  return administer({ environment }, options, async (administration) => {
    const time = (moment: number) => new Date(moment).toISOString()
    const tokens = (await administration.listInitialAccessTokens()).map(({ id, remaining, createdAt, expiresAt }) => ({
      id,
      remaining,
      created_at: time(createdAt),
      expires_at: time(expiresAt),
    }))
    const rows = tokens.map(({ id, remaining, created_at, expires_at }) => [id, String(remaining), created_at, expires_at])
    output.result({ registration_tokens: tokens }, table(['id', 'left', 'created', 'expires'], rows, output.stdout))
  })
}

export function revokeToken(invocation: Invocation, id: string, options: AdminOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    await administration.removeInitialAccessToken(id)
    invocation.output.result({ id, revoked: true }, [])
    invocation.output.say('revoked; what was registered with it stays')
  })
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new CountersignError('usage', `--uses: expected a whole number from 1 on, found "${text}"`)
}
