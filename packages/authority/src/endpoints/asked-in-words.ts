/** What is asked for, as the person reads it: each scope as a sentence, each resource by its name. */
import type { Scope } from '@countersign/protocol'
import type { Context } from '../context.ts'
import type { DecideView } from '../pages/index.ts'
import { resourceNamed } from '../requests/resources.ts'

export type AskedInWords = Pick<DecideView, 'scopes' | 'resources'>

interface Asked {
  readonly scope: Scope
  readonly resources: readonly string[]
}

/** Clients ask for the same few things again and again. What is long is not remembered, so that strangers cannot have much kept. */
const REMEMBERED = 64
const LONGEST_REMEMBERED = 1000

/** @returns in the same words, and as the same object, as long as it is remembered. `ticked`: what the person had left ticked; all of it unless given */
export function openAskedInWords(context: Pick<Context, 'resources' | 'issuer'>): (asked: Asked, ticked?: Scope) => AskedInWords {
  const known = new Map<string, AskedInWords>()
  return ({ scope, resources }, ticked) => {
    const key = ticked === undefined ? JSON.stringify([scope, resources]) : ''
    const before = known.get(key)
    if (before !== undefined) return before
    const words = inWords(context, { scope, resources }, ticked ?? scope)
    if (ticked !== undefined || key.length > LONGEST_REMEMBERED) return words
    if (known.size >= REMEMBERED) known.clear()
    known.set(key, words)
    return words
  }
}

function inWords(context: Pick<Context, 'resources' | 'issuer'>, { scope, resources }: Asked, ticked: Scope): AskedInWords {
  const known = resources.map((name) => resourceNamed(context, name) ?? { resource: name, name, scopes: {} })
  const risky = known.flatMap((resource) => resource.risky ?? [])
  const sentenceOf = (token: string) => known.findLast(({ scopes }) => Object.hasOwn(scopes, token))?.scopes[token] ?? ''
  return {
    scopes: scope.map((token) => ({
      scope: token,
      sentence: sentenceOf(token),
      ticked: ticked.includes(token),
      risky: risky.includes(token),
    })),
    resources: known.map(({ resource, name }) => ({ resource, name })),
  }
}
