/**
 * `countersign git-credential`: a credential helper for git (gitcredentials(7), git-credential(1)).
 * Invariant: git is told a token only for the host the sign-in is for, over https, and only one that git can use.
 */
import { plainLine } from '@countersign/node'
import { CountersignError, isSecureUrl } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import { readStdin } from '../prompt.ts'
import { openTokenSource } from '../sign-ins/token-source.ts'
import type { UserNameOptions } from './credential-options.ts'

/** Git's attributes, as far as they matter here. */
interface Asked {
  readonly url: string
  readonly password: string | undefined
}

/** Answers one of git's questions. What it cannot answer it leaves to the next helper, without a word on stdout. */
export async function gitCredential(invocation: Invocation, operation: string, options: UserNameOptions): Promise<void> {
  const asked = askedIn(await readStdin(invocation))
  if (asked === undefined) return
  if (operation === 'get') await get(invocation, asked, options)
  // Git says that what it was given did not work. A token that was renewed since then is another one, and stays.
  if (operation === 'erase' && asked.password !== undefined) await erase(invocation, asked.url, asked.password, options)
  // `store` and whatever else git may ask one day (gitcredentials(7): to be ignored): signing in is what keeps something here.
}

async function get(invocation: Invocation, { url }: Asked, options: UserNameOptions): Promise<void> {
  const { output, signal } = invocation
  const source = await openTokenSource(invocation)
  try {
    const { access_token: token, token_type: type, expires_at: end } = await source.token({ ...options, url }, { signal })
    if (type === 'DPoP') {
      output.say(`countersign: the token for ${plainLine(url)} is bound to a key, which git cannot prove`)
      return
    }
    const expiry = end === undefined ? [] : [`password_expiry_utc=${Math.floor(Date.parse(end) / 1000)}`]
    output.result({}, [`username=${options.username}`, `password=${token}`, ...expiry])
  } catch (error) {
    // Git asks about every host there is; only where somebody is signed in is a failure worth a word.
    if (!(error instanceof CountersignError) || error.code !== 'not_signed_in') throw error
  }
}

async function erase(invocation: Invocation, url: string, token: string, options: UserNameOptions): Promise<void> {
  const source = await openTokenSource(invocation)
  try {
    await source.token({ ...options, url }, { rejected: token, signal: invocation.signal })
  } catch (error) {
    // Git has had its answer; what stands in the way of the next token is told when it is asked for.
    if (!(error instanceof CountersignError)) throw error
  }
}

/** git-credential(1), input and output format: lines of `key=value`; the last one of a key counts. */
function askedIn(text: string): Asked | undefined {
  const pairs = text.split('\n').map((line) => /^([^=\0]+)=(.*)$/.exec(line.replace(/\r$/, '')))
  const given = new Map(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', pair[2] ?? ''] as const])))
  const url = `${given.get('protocol') ?? ''}://${given.get('host') ?? ''}/${given.get('path') ?? ''}`
  if (!URL.canParse(url) || !isSecureUrl(new URL(url))) return undefined
  return { url, password: given.get('password') }
}
