/** The revocation endpoint (RFC 7009), and the list of what was revoked (docs/revocation-list.md). */
import { readAccessToken } from '../tokens/access-token.ts'
import { authenticateClient } from '../clients/authentication/authenticate.ts'
import type { Context, Endpoint } from '../context.ts'
import { revokeGrant } from '../records/grant-record.ts'
import { readRecord } from '../records/records.ts'
import { readRefreshToken } from '../tokens/refresh-token.ts'
import { publicJson, unlessRefused } from '../requests/replies.ts'
import { postedForm, required } from '../requests/request.ts'
import { REACHES_BACK, revokedGrants } from '../records/revocation-list.ts'

export const revocationEndpoint: Endpoint = async (context, exchange) => {
  const form = postedForm(exchange)
  const client = await authenticateClient(context, exchange, form)
  // RFC 7009 section 2.1: the hint only speeds things up; both kinds are tried whatever it says.
  const grantId = await grantOf(context, required(form, 'token'))
  const grant = grantId === undefined ? undefined : await readRecord(context.store, 'grant', grantId)
  // RFC 7009 section 2.1: only tokens issued to this client. Section 2.2: the answer is 200 all the same, and tells nothing.
  if (grant !== undefined && grant.value.clientId === client.id) await revokeGrant(context, grant.id)
  return { status: 200, headers: { 'cache-control': 'no-store', 'content-length': '0' }, body: '' }
}

/** For guards that verify tokens themselves. Public, and kept by caches for a few seconds only. */
export const revocationListEndpoint: Endpoint = async (context) => {
  // Taken before reading, so that it never claims more than was read.
  const asOf = Math.floor(context.clock.now() / 1000)
  const document = { issuer: context.issuer, as_of: asOf, reaches_back: REACHES_BACK, revoked_grants: await revokedGrants(context) }
  return publicJson(JSON.stringify(document), 5)
}

/** The grant a token was born of. Either token ends the whole grant: its access tokens, its family (RFC 7009 section 2.1). */
async function grantOf(context: Context, token: string): Promise<string | undefined> {
  const refresh = await readRefreshToken(context, token)
  if (refresh !== undefined) return refresh.grantId
  return (await unlessRefused(() => readAccessToken(context, token)))?.grant_id
}
