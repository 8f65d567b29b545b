// @ts-check
/** A program that signs in with GitHub's own device client: `octokit.mjs ISSUER CLIENT_ID`. */
import { createOAuthDeviceAuth } from '@octokit/auth-oauth-device'
import { request } from '@octokit/request'

const [, , issuer = '', clientId = ''] = process.argv
const auth = createOAuthDeviceAuth({
  clientType: 'oauth-app',
  clientId,
  scopes: ['read'],
  request: request.defaults({ baseUrl: issuer }),
  onVerification: (answer) => process.stdout.write(`open ${answer.verification_uri} and enter ${answer.user_code}\n`),
})
await auth({ type: 'oauth' })
process.stdout.write('signed in\n')
