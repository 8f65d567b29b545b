/** Signs in to the server whose URL is given, once for however many programs ask, and calls it: `node dist/main.js URL`. */
import { authorizedFetch, discover, finishLogin, openLogin, tokensOf } from '@countersign/client'
import { nodeSuite, systemClock, systemSleep } from '@countersign/node'
import { openVault } from '@countersign/node/vault'

const url = process.argv[2] ?? 'https://mcp.example.com/mcp'
const runtime = { fetch, clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }
const vault = await openVault({ env: process.env })
const stores = { vault, pending: vault.pending }
const place = await discover(runtime, url)
const login = await openLogin(runtime, stores, place, { clientId: 'countersign-cli' })
if (login.type === 'pending') {
  console.log(`Open ${login.invitation.verificationUri} and enter ${login.invitation.userCode}`)
  await finishLogin(runtime, stores, login)
}
const call = authorizedFetch(runtime, tokensOf(runtime, vault), login.name)
console.log(`Signed in: ${url} answers with status ${(await call(url)).status}`)
