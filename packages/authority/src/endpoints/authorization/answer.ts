/** The answer to an authorization request: taken to the client by the browser (RFC 6749 section 4.1.2), or a page when there is no way. */
import { seeOther } from '../../requests/replies.ts'
import { answerUri, type AuthorizationRequest, OAuthError, type Reply } from '@countersign/protocol'
import type { Context } from '../../context.ts'
import { errorPage, pageReply } from '../../pages/index.ts'

export type Answer = { readonly code: string } | { readonly error: string; readonly error_description?: string }

/** Sends the browser back to a redirect URI that was matched before. */
export function answerClient(
  { issuer }: Pick<Context, 'issuer'>,
  { redirectUri, clientState }: Pick<AuthorizationRequest, 'redirectUri' | 'clientState'>,
  answer: Answer,
): Reply {
  // RFC 9207 section 2: who answers, in success and in error, so that no client takes one server's answer for another's.
  const location = answerUri(redirectUri, { ...answer, state: clientState, iss: issuer })
  // No Referer: RFC 9700 section 4.2.4.
  return seeOther(location, { 'referrer-policy': 'no-referrer' })
}

/** Shows an error to the person, with its code and description for whoever made the program. */
export function showRefusal({ site }: Pick<Context, 'site'>, error: OAuthError): Reply {
  const status = error.status === 401 ? 400 : error.status
  return pageReply(status, errorPage({ ...site, kind: 'request_refused', detail: `${error.code}: ${error.message}` }), error.headers)
}

/** What was asked, or a page that says why not; a failure of ours goes on its way. */
export async function refusedOnPage<Value>(context: Context, ask: () => Promise<Value>): Promise<Value | Reply> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof OAuthError) || error.status >= 500) throw error
    return showRefusal(context, error)
  }
}
