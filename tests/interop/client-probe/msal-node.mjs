// @ts-check
/** A program that signs in with MSAL: `msal-node.mjs ISSUER CLIENT_ID`. It talks https alone, so what it sends is carried to the server on loopback. */
import { PublicClientApplication } from '@azure/msal-node'

const [, , issuer = '', clientId = ''] = process.argv
const authority = 'https://login.example/tenant'
const there = `${authority}/oauth2/v2.0`

/** @param {string} url @param {{ headers?: Record<string, string>, body?: string } | undefined} options @param {string} method */
async function carry(url, options, method) {
  const { pathname } = new URL(url)
  const response = await fetch(issuer + pathname, {
    method,
    ...(options?.headers ? { headers: options.headers } : {}),
    ...(options?.body ? { body: options.body } : {}),
  })
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.json() }
}

const application = new PublicClientApplication({
  auth: {
    clientId,
    authority,
    knownAuthorities: ['login.example'],
    authorityMetadata: JSON.stringify({
      issuer: authority,
      authorization_endpoint: `${there}/authorize`,
      token_endpoint: `${there}/token`,
      device_authorization_endpoint: `${there}/devicecode`,
      jwks_uri: `${there}/keys`,
    }),
  },
  system: {
    networkClient: {
      sendGetRequestAsync: (url, options) => carry(url, options, 'GET'),
      sendPostRequestAsync: (url, options) => carry(url, options, 'POST'),
    },
  },
})
await application.acquireTokenByDeviceCode({ scopes: ['read'], deviceCodeCallback: ({ message }) => process.stdout.write(`${message}\n`) })
process.stdout.write('signed in\n')
