/** The tools for people who want to see to the sign-in by themselves: `auth_login`, `auth_status`, `auth_logout`. No tool returns a token. */
import { type Clock, CountersignError, OAuthError, parseScope, type Scope } from '@countersign/protocol'
import type { SignIn } from '../sign-in/sign-in.ts'
import type { LadderCall } from './call.ts'
import type { Ladder } from './ladder.ts'
import { done, notRun, type ToolResult } from './results.ts'
import { refusedWords, statusWords } from './words.ts'
import { isObject } from '../wire/message.ts'

export const LOGIN_TOOL = 'auth_login'
const STATUS_TOOL = 'auth_status'
const LOGOUT_TOOL = 'auth_logout'

/** Their definitions, as `tools/list` has them. */
export function authTools(provider: string): readonly Readonly<Record<string, unknown>>[] {
  const none = { type: 'object', properties: {} }
  return [
    {
      name: LOGIN_TOOL,
      title: `Sign in to ${provider}`,
      description: `Signs the person in to ${provider}, in a browser, by a link or with a short code. Call it only when the person asks for it, or when another tool says so.`,
      inputSchema: {
        type: 'object',
        properties: {
          scopes: { type: 'array', items: { type: 'string' }, description: 'Scopes to ask for besides those that are granted already.' },
          number: {
            type: 'string',
            description: 'The number that the approving page shows, when it asks for one. It comes from the person.',
          },
        },
      },
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    },
    {
      name: STATUS_TOOL,
      title: 'Who is signed in',
      description: `Tells whether somebody is signed in to ${provider}, and what was granted.`,
      inputSchema: none,
      annotations: { readOnlyHint: true },
    },
    {
      name: LOGOUT_TOOL,
      title: `Sign out of ${provider}`,
      description: `Signs out of ${provider}: the tokens are revoked and forgotten.`,
      inputSchema: none,
      annotations: { readOnlyHint: false, destructiveHint: true },
    },
  ]
}

export function isAuthTool(name: string): boolean {
  return name === LOGIN_TOOL || name === STATUS_TOOL || name === LOGOUT_TOOL
}

/** Answers a call of one of them. */
export async function callAuthTool(signIn: SignIn, ladder: Ladder, clock: Clock, call: LadderCall): Promise<ToolResult> {
  const { name: provider } = signIn.provider
  const status = () => statusWords(provider, signIn.state(), clock.now())
  if (call.tool === STATUS_TOOL) {
    // A stored sign-in is not known before somebody looks; trouble with it is told with the next call that needs it.
    await signIn.look().catch(() => undefined)
    return done(call.era, status())
  }
  try {
    if (call.tool === LOGOUT_TOOL) return done(call.era, await signOut(signIn))
    const { scopes, number } = readLogin(call.arguments)
    if (number !== undefined) signIn.current()?.answer(number)
    const admission = await ladder.admit(call, { scope: scopes })
    return admission.type === 'answered' ? admission.result : done(call.era, status())
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error
    return notRun(call.era, refusedWords(call.tool, error))
  }
}

async function signOut(signIn: SignIn): Promise<string> {
  const { name: provider } = signIn.provider
  const state = signIn.state()
  if (state.type === 'signed_in' && state.from !== 'sign_in') {
    return `The token in ${state.from.environment} is not ours to revoke: take it out of the environment.`
  }
  const revocation = await signIn.signOut()
  switch (revocation.type) {
    case 'revoked':
      return `Signed out of ${provider}; the tokens are revoked.`
    case 'not_offered':
      return `Signed out of ${provider} here. It offers no revocation, so the tokens end by themselves.`
    case 'not_confirmed':
      return `Signed out of ${provider} here. It did not confirm the revocation: ${revocation.error.message}.`
    case 'not_signed_in':
      return `Nobody was signed in to ${provider}.`
  }
}

/** @throws CountersignError `usage` */
function readLogin(given: unknown): { readonly scopes: Scope; readonly number: string | undefined } {
  const { scopes = [], number } = isObject(given) ? given : {}
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string')) {
    throw new CountersignError('usage', 'scopes has to be a list of texts')
  }
  if (number !== undefined && typeof number !== 'string') throw new CountersignError('usage', 'number has to be a text')
  try {
    return { scopes: parseScope(scopes.join(' ')), number }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new CountersignError('usage', error.message)
  }
}
