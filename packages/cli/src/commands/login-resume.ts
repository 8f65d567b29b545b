/** `countersign login --resume`: the second half of a sign-in that another command has started. */
import { type LoginHandle, readVaultName } from '@countersign/client'
import { CountersignError } from '@countersign/protocol'
import type { ExitCode } from '../exit-codes.ts'
import type { ClientParts, Invocation } from '../invocation.ts'
import { openClientParts } from '../sign-ins/client-parts.ts'
import { confirmHost } from '../terminal/confirm-host.ts'
import { resumeCommand } from './login-result.ts'
import { waitForEnd } from './login-wait.ts'
import type { LoginOptions } from './sign-in-options.ts'

/**
 * Goes on with a code, or tells how it ended meanwhile.
 * @throws CountersignError `not_signed_in` when there is none, `usage` when there are several and it was not said which
 */
export async function resumeLogin(invocation: Invocation, url: string | undefined, options: LoginOptions): Promise<ExitCode> {
  const parts = await openClientParts(invocation)
  const handle = await find(parts, url, options)
  const issuer = readVaultName(handle.name)?.issuer ?? handle.name
  return waitForEnd(invocation, parts, handle, {
    ...options,
    confirmForeign: (invitation) => confirmHost(invocation, invitation, issuer, options.verificationHost),
    ...(url === undefined ? {} : { url }),
  })
}

async function find({ pending, runtime }: ClientParts, url: string | undefined, options: LoginOptions): Promise<LoginHandle> {
  const entries = await pending.list()
  const { resume } = options
  if (resume !== undefined && resume !== true) {
    const found = entries.find(({ record: { current, endings } }) => [current, ...endings].some((code) => code?.id === resume))
    if (found === undefined) throw nothing(`no sign-in with the id ${resume} is under way here`)
    return { name: found.name, id: resume }
  }
  const now = runtime.clock.now()
  const handles = entries.flatMap(({ name, record: { current } }) => {
    if (current === undefined || current.invitation.expiresAt <= now) return []
    const isMeant = url === undefined || [current.resource, current.issuer].includes(url)
    return isMeant ? [{ name, id: current.id, place: current.resource ?? current.issuer }] : []
  })
  const [only, ...others] = handles
  if (only === undefined) throw nothing('no sign-in is under way here')
  if (others.length === 0) return only
  throw new CountersignError('usage', 'more than one sign-in is under way', {
    hint: `say which: ${handles.map(({ id, place }) => `${resumeCommand(id)} (${place})`).join(', or ')}`,
  })
}

function nothing(what: string): CountersignError {
  return new CountersignError('not_signed_in', what, { hint: 'start one: countersign login URL' })
}
