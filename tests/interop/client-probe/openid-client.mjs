// @ts-check
/** A program that signs in with openid-client, as its documentation shows: `openid-client.mjs ISSUER CLIENT_ID`. */
import * as client from 'openid-client'

const [, , issuer = '', clientId = ''] = process.argv
const config = await client.discovery(new URL(issuer), clientId, undefined, client.None(), {
  algorithm: 'oauth2',
  execute: [client.allowInsecureRequests],
})
const answer = await client.initiateDeviceAuthorization(config, { scope: 'openid' })
process.stdout.write(`open ${answer.verification_uri_complete ?? answer.verification_uri} and compare ${answer.user_code}\n`)
await client.pollDeviceAuthorizationGrant(config, answer, undefined, { signal: AbortSignal.timeout(600_000) })
process.stdout.write('signed in\n')
