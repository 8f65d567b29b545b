/** The one tool that is listed while nobody knows what the server has: calling it signs in. */
import type { JsonObject, Request } from '../wire/message.ts'

export const SIGN_IN_TOOL = 'countersign_sign_in'

/** @param name of the server or the place to sign in to */
export function signInTool(name: string): JsonObject {
  return {
    name: SIGN_IN_TOOL,
    title: `Sign in to ${name}`,
    description: `The tools of ${name} are listed after a sign-in. Call this to begin: the person gets a link and a code, and approves in any browser.`,
    inputSchema: { type: 'object', properties: {} },
    annotations: { readOnlyHint: true, openWorldHint: true },
  }
}

export function isSignInTool({ method, params }: Request): boolean {
  return method === 'tools/call' && params['name'] === SIGN_IN_TOOL
}
