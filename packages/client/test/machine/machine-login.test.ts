/** Signing in where nobody approves. */
import { machineLogin } from '@countersign/client'
import { decodeJwt } from '@countersign/proof'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { authority, ISSUER, place, rejection, RESOURCE, TOKEN, tokens } from '../support/authority.ts'
import { oauthError, stage } from '../support/stage.ts'
import { signingSuite } from '../support/signing-suite.ts'

const key = await signingSuite().generateKey('ES256')

verifies('seed-002-client-credentials-fallback', 'a client with a key signs in by itself, bound to a DPoP key like any other', async () => {
  const { runtime, time, to, sent } = stage(authority([() => tokens({ refresh_token: undefined })]))
  const authentication = { method: 'private_key_jwt', key } as const
  const { credential } = await time.run(machineLogin(runtime, place(), { clientId: 'robot', authentication }))
  expect([credential.tokenType, credential.refreshToken, credential.scope]).toEqual(['DPoP', undefined, ['read']])
  expect(sent).toHaveLength(1)
  const form = Object.fromEntries(to(TOKEN)[0]?.form ?? [])
  expect(form).toMatchObject({ grant_type: 'client_credentials', client_id: 'robot', scope: 'read', resource: RESOURCE })
  expect(decodeJwt(form['client_assertion'] ?? '')?.claims).toMatchObject({ iss: 'robot', aud: ISSUER })
})

test('the statement of a platform is asked for with the issuer as its audience, sent once and never told', async () => {
  const statement = 'header.statement-of-the-platform.signature'
  const asked: string[] = []
  const workloadToken = async (audience: string) => {
    asked.push(audience)
    return statement
  }
  const { runtime, time, to } = stage(
    authority([tokens, () => oauthError('invalid_grant', { error_description: `expired: ${statement}` })]),
  )
  await time.run(machineLogin(runtime, place(), { clientId: 'robot', workloadToken }))
  const form = Object.fromEntries(to(TOKEN)[0]?.form ?? [])
  expect(form).toMatchObject({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: statement, client_id: 'robot' })
  const error = await time.run(rejection(machineLogin(runtime, place(), { clientId: 'robot', workloadToken })))
  expect(JSON.stringify([error.message, error.cause])).not.toContain('statement-of-the-platform')
  expect(asked).toEqual([ISSUER, ISSUER])
})

test('a client that knows nothing cannot sign in by itself; a server that is away is told as such', async () => {
  const { runtime, sent } = stage(authority([tokens]))
  expect(await rejection(machineLogin(runtime, place(), { clientId: 'robot' }))).toMatchObject({ code: 'usage' })
  expect(sent).toEqual([])
  const down = stage(authority([() => new Response('<html>', { status: 503 })]))
  const authentication = { method: 'client_secret_post', secret: 's' } as const
  const ended = rejection(machineLogin(down.runtime, place(), { clientId: 'robot', authentication }))
  expect(await down.time.run(ended)).toMatchObject({ code: 'network_failure' })
})
