/**
 * `countersign docker-credential`: a credential helper for Docker and its relatives (docker-credential-helpers protocol).
 * What is asked comes on stdin, what is answered goes to stdout, and so do errors, because Docker shows those.
 */
import { CountersignError } from '@countersign/protocol'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { describeFailure } from '../output.ts'
import { readStdin } from '../prompt.ts'
import { openClientParts } from '../sign-ins/client-parts.ts'
import { allSignIns, placeOf, profileOf } from '../sign-ins/find-sign-in.ts'
import { openTokenSource } from '../sign-ins/token-source.ts'
import type { UserNameOptions } from './credential-options.ts'

/** What Docker takes as "there is none here", to go on without a word. */
const NOT_FOUND = 'credentials not found in native keychain'

/** Answers one of Docker's questions. */
export async function dockerCredential(invocation: Invocation, operation: string, options: UserNameOptions): Promise<ExitCode> {
  const { output, signal } = invocation
  const refuse = (why: string): ExitCode => {
    output.result({ error: why }, why)
    return EXIT.failure
  }
  switch (operation) {
    case 'list': {
      const { vault } = await openClientParts(invocation)
      const usable = (await allSignIns(vault)).filter(
        (entry) => profileOf(entry) === options.profile && entry.credential.tokenType === 'Bearer',
      )
      print(output, Object.fromEntries(usable.map((entry) => [placeOf(entry), options.username])))
      return EXIT.ok
    }
    case 'get': {
      const url = addressOf(await readStdin(invocation))
      if (url === undefined) return refuse(NOT_FOUND)
      try {
        const source = await openTokenSource(invocation)
        const { access_token: token, token_type: type } = await source.token({ ...options, url: url.address }, { signal })
        if (type === 'DPoP') return refuse(`the token for ${url.asked} is bound to a key, which Docker cannot prove`)
        print(output, { ServerURL: url.asked, Username: options.username, Secret: token })
        return EXIT.ok
      } catch (error) {
        if (!(error instanceof CountersignError)) throw error
        return refuse(error.code === 'not_signed_in' ? NOT_FOUND : describeFailure(error).message)
      }
    }
    case 'store':
      await readStdin(invocation)
      return refuse('countersign keeps what "countersign login" gets, and nothing else')
    case 'erase':
      // `docker logout` is about Docker; the sign-in may serve others. It ends with "countersign logout".
      await readStdin(invocation)
      return EXIT.ok
    default:
      throw new CountersignError('usage', `unknown operation "${operation}"`, { hint: 'get, store, erase or list' })
  }
}

function print({ result }: Invocation['output'], value: object): void {
  result(value, JSON.stringify(value))
}

/** Docker names registries as addresses or as bare hosts. */
function addressOf(text: string): { readonly asked: string; readonly address: string } | undefined {
  const asked = text.trim()
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(asked) ? asked : `https://${asked}`
  return asked !== '' && URL.canParse(address) ? { asked, address } : undefined
}
