/** What handlers of tools get: the token, or a fetch that adds it. Where a person has to approve first, the run is over and comes again. */
import { fetchAuthorizedBy, type Runtime, scopeMissing } from '@countersign/client'
import { CountersignError, type Fetch, type Scope } from '@countersign/protocol'
import type { Need, SignIn } from '../sign-in/sign-in.ts'
import type { Access } from '../sign-in/state.ts'
import type { Running } from './running.ts'

export interface TokenAccess {
  readonly access: (need?: Need) => Promise<Access>
  readonly fetch: Fetch
}

/** @param origins of the APIs that the token may be shown to */
export function tokenAccess(runtime: Runtime, signIn: SignIn, running: Running, origins: readonly string[]): TokenAccess {
  const authorized = fetchAuthorizedBy(runtime, signIn.authorizer(origins))

  /** The tool that runs right now is run again once a person has approved this. */
  function ask(need: Need, missing: Scope): CountersignError {
    const run = running.current()
    if (run !== undefined) run.need = need
    const { name } = signIn.provider
    return new CountersignError('not_signed_in', missing.length === 0 ? `not signed in to ${name}` : `${missing.join(' ')} is not granted`)
  }

  async function access(need: Need = {}): Promise<Access> {
    const look = await signIn.look(need)
    if (look.type === 'good') return look.access
    throw ask(need, look.missing)
  }

  return {
    access,
    fetch: async (input, init) => {
      await access()
      const response = await authorized(input, init)
      const missing = scopeMissing(response) ?? []
      // What is refused again after a person has approved it is refused for another reason.
      const first = running.current()?.before === 0
      if (!first || (missing.length === 0 && response.status !== 401)) return response
      await response.body?.cancel()
      if (missing.length > 0) throw ask({ scope: missing }, missing)
      const { token } = await access()
      throw ask({ rejected: token }, [])
    },
  }
}
