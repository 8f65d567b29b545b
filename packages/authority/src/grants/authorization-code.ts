/** Redeeming an authorization code (OAuth 2.1 section 4.1.3). */
import { AUTHORIZATION_CODE, type AuthorizationCode, OAuthError, stepCode } from '@countersign/protocol'
import { codeChallengeOf, equalInConstantTime, isCodeVerifier, randomText } from '@countersign/proof'
import { findCode } from '../records/code-record.ts'
import type { Context } from '../context.ts'
import { grantRow, newGrant, revokeGrant } from '../records/grant-record.ts'
import { issueTokens } from '../tokens/issue.ts'
import { type Change, change, type Grant, type Versioned } from '../records/records.ts'
import { required } from '../requests/request.ts'
import { resourcesWithin } from '../requests/resources.ts'
import type { GrantHandler, OpenGrantHandler, TokenRequest } from './grant.ts'

export const grantType = AUTHORIZATION_CODE

export const open: OpenGrantHandler = () => handler

/** Every check that can fail comes first, then the one claim, with which the grant begins, then the tokens. */
const handler: GrantHandler = async (context, asked) => {
  const { client, form, proof } = asked
  const verifier = required(form, 'code_verifier')
  const found = await findCode(context, required(form, 'code'))
  if (found === undefined) throw new OAuthError('invalid_grant')
  const { request } = found.value
  const mismatch = await mismatchOf(context, found, asked, verifier)
  if (mismatch !== undefined) {
    // Whoever cannot prove to be the one who asked changes nothing: a code seen on the way neither redeems nor ends anything.
    context.events({ type: 'authorization.mismatched', what: mismatch, ...about(found) })
    throw new OAuthError('invalid_grant')
  }
  const resources = resourcesWithin(form, request.resources)
  await checkRedeemable(context, found)

  const grantId = randomText(context.suite, 16)
  const keyThumbprint = request.keyThumbprint ?? proof?.thumbprint
  const grant = await claim(context, found, grantId, keyThumbprint)
  // Two requests under way at once: the other one won.
  if (grant === undefined) throw new OAuthError('invalid_grant')
  context.events({ type: 'authorization.redeemed', ...about(found), grant: grantId })
  return issueTokens(context, { grantId, grant, client, scope: grant.scope, resources, keyThumbprint })
}

/** What the code is bound to and this request does not have. */
async function mismatchOf(context: Context, { value }: Versioned<'code'>, { client, form, proof }: TokenRequest, verifier: string) {
  const { clientId, codeChallenge, keyThumbprint, redirectUri } = value.request
  // RFC 6749 section 5.2: "issued to another client" is invalid_grant, and costs the rightful client nothing.
  if (clientId !== client.id) return 'client'
  // RFC 7636 section 4.6
  const proves = isCodeVerifier(verifier) && equalInConstantTime(await codeChallengeOf(context.suite, verifier), codeChallenge)
  if (!proves) return 'code_verifier'
  // OAuth 2.1 section 10.2: no longer needed beside PKCE, but held to what it says when it is sent.
  if ((form.get('redirect_uri') ?? redirectUri) !== redirectUri) return 'redirect_uri'
  // RFC 9449 section 10
  return keyThumbprint === undefined || keyThumbprint === proof?.thumbprint ? undefined : 'key'
}

/** Answers every state but a fresh approval. */
async function checkRedeemable(context: Context, found: Versioned<'code'>): Promise<void> {
  const { outcome } = stepCode(found.value, { type: 'redeem', grantId: '' }, context.clock.now())
  if (found.value.state === 'redeemed') {
    // RFC 6749 section 4.1.2: a code that comes back after it was spent ends what it minted.
    context.events({ type: 'authorization.replayed', ...about(found), grant: found.value.grantId })
    await revokeGrant(context, found.value.grantId)
  }
  if (outcome !== 'changed' || found.value.state !== 'approved') throw new OAuthError('invalid_grant')
  // Between approval and redemption the account may have been disabled.
  if (!(await context.identity.isActive(found.value.decision.subject))) throw new OAuthError('invalid_grant')
}

/** Approved to redeemed, won by exactly one request. What was granted begins with it. */
function claim(context: Context, found: Versioned<'code'>, grantId: string, keyThumbprint: string | undefined): Promise<Grant | undefined> {
  const apply = (code: AuthorizationCode | undefined): Change<'code', Grant | undefined> => {
    const result = code && stepCode(code, { type: 'redeem', grantId }, context.clock.now())
    if (result?.outcome !== 'changed' || result.record.state !== 'redeemed') return { answer: undefined }
    const { decision, granted, request } = result.record
    const grant = newGrant(context, {
      kind: 'authorization_code',
      clientId: request.clientId,
      subject: decision.subject,
      scope: granted,
      resources: request.resources,
      keyThumbprint,
      approvedFrom: decision.origin,
    })
    return { swapIn: result.record, born: grantRow(context, grantId, grant), answer: grant }
  }
  return change(context.store, 'code', found.id, apply, found)
}

function about({ id, value }: Versioned<'code'>) {
  return { clientId: value.request.clientId, authorization: id.slice(0, 8) }
}
