/** Tokens that are renewed in time, with what a person should know about it. */
import { type TokenEvent, type Tokens, tokensOf } from '@countersign/client'
import { plainLine } from '@countersign/node'
import { CountersignError } from '@countersign/protocol'
import type { WhichOptions } from '../commands/sign-in-options.ts'
import type { ClientParts } from '../invocation.ts'
import type { Output } from '../output.ts'
import { notSignedIn } from './find-sign-in.ts'

/** The tokens of the vault; trouble that leaves a usable token is told as a warning. */
export function renewingTokens({ say }: Pick<Output, 'say'>, { runtime, vault }: ClientParts): Tokens {
  return tokensOf(runtime, vault, { keepFirst: true, onEvent: (event) => warn(say, event) })
}

function warn(say: Output['say'], event: TokenEvent): void {
  if (event.type === 'refresh_failed' && event.stillValid) say(`warning: the token could not be renewed: ${plainLine(event.error.message)}`)
  if (event.type === 'not_kept') say(`warning: the renewed token could not be kept: ${plainLine(event.error.message)}`)
}

/** Runs the work; when a person has to sign in again, the error says with which command. */
export async function orSignIn<T>(url: string, options: Pick<WhichOptions, 'profile'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'not_signed_in') throw notSignedIn(url, options, error.message)
    throw error
  }
}
