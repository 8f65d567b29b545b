/** Refreshing (RFC 6749 section 6, RFC 9700 section 4.14.2): every refresh rotates, a replay ends the family. */
import {
  begun,
  type Form,
  OAuthError,
  parseScope,
  REFRESH_TOKEN,
  type Rotation,
  rotate,
  type Scope,
  scopeBeyond,
} from '@countersign/protocol'
import type { Context } from '../context.ts'
import { grantExpiry, grantWith } from '../records/grant-record.ts'
import { issueTokens } from '../tokens/issue.ts'
import { type Client, change, type Grant, readRecord, type Versioned } from '../records/records.ts'
import { readRefreshToken } from '../tokens/refresh-token.ts'
import { required } from '../requests/request.ts'
import { resourcesWithin } from '../requests/resources.ts'
import { listRevoked } from '../records/revocation-list.ts'
import { type OpenGrantHandler, type TokenRequest } from './grant.ts'

export const grantType = REFRESH_TOKEN

export const open: OpenGrantHandler = (context, form) => {
  const looking = begun(lookUp(context, form))
  return async (_, request) => refresh(context, request, await looking)
}

async function lookUp(context: Context, form: Form) {
  const parts = await readRefreshToken(context, required(form, 'refresh_token'))
  return { parts, found: parts && (await readRecord(context.store, 'grant', parts.grantId)) }
}

async function refresh(context: Context, { client, form, proof }: TokenRequest, { parts, found }: Awaited<ReturnType<typeof lookUp>>) {
  if (found === undefined || found.value.clientId !== client.id) throw new OAuthError('invalid_grant')
  const bound = boundKey(client, found.value)
  if (bound !== undefined && bound !== proof?.thumbprint) {
    throw new OAuthError('invalid_grant', 'the refresh token is bound to a key, and this request did not prove it')
  }
  // A grant that began under a key never turns into Bearer tokens; a confidential client may prove a new key.
  if (found.value.keyThumbprint !== undefined && proof === undefined) throw new OAuthError('invalid_dpop_proof', 'the proof is missing')
  const scope = scopeWithin(form.get('scope'), found.value.scope)
  const resources = resourcesWithin(form, found.value.resources)
  if (!(await context.identity.isActive(found.value.subject))) throw new OAuthError('invalid_grant')

  const grant = await claim(context, found, parts?.generation ?? 0, bound !== undefined)
  return issueTokens(context, { grantId: found.id, grant, client, scope, resources, keyThumbprint: bound ?? proof?.thumbprint })
}

/** RFC 9449 section 5: refresh tokens of public clients are bound; a confidential client's authentication already constrains them. */
function boundKey(client: Client, grant: Grant): string | undefined {
  return client.authentication === 'none' ? grant.keyThumbprint : undefined
}

/** RFC 6749 section 6: nothing beyond the grant; left out means all of it. */
function scopeWithin(asked: string | undefined, granted: Scope): Scope {
  const scope = parseScope(asked)
  if (scopeBeyond(scope, granted).length > 0) throw new OAuthError('invalid_scope', 'the scope exceeds the grant')
  return scope.length > 0 ? scope : granted
}

/** Rotates the family, or hands out the same successor again, or ends it. */
async function claim(context: Context, found: Versioned<'grant'>, generation: number, keyProven: boolean): Promise<Grant> {
  const rule = { graceSeconds: context.settings.refreshGrace }
  const about = { clientId: found.value.clientId, subject: found.value.subject, grant: found.id, generation }
  const { outcome, grant } = await change<'grant', { outcome: Rotation['outcome']; grant: Grant | undefined }>(
    context.store,
    'grant',
    found.id,
    (current) => {
      if (current === undefined) return { answer: { outcome: 'ended', grant: undefined } }
      const rotation = rotate(current.family, generation, keyProven, rule, context.clock.now())
      if (!('family' in rotation)) return { answer: { outcome: rotation.outcome, grant: current } }
      const grant = grantWith(current, rotation.family)
      return { swapIn: grant, expiresAt: grantExpiry(context, grant), answer: { outcome: rotation.outcome, grant } }
    },
    found,
  )
  if (outcome === 'rotated') context.events({ type: 'family.rotated', ...about })
  if (outcome === 'repeated') context.events({ type: 'family.repeated', ...about })
  if (outcome === 'replayed') {
    await listRevoked(context, found.id)
    context.events({ type: 'family.replayed', ...about })
  }
  if (grant === undefined || outcome === 'ended' || outcome === 'replayed') throw new OAuthError('invalid_grant')
  return grant
}
