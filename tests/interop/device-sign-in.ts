/** Our client, signed in to a protected server with a code that the person approves. */
import { authorizedFetch, type Credential, discover, keepCredential, login, memoryVault, tokensOf, vaultName } from '@countersign/client'
import { nodeSuite, systemClock, systemSleep } from '@countersign/node'
import type { Scope } from '@countersign/protocol'

interface Place {
  readonly url: string
  readonly approve: (userCode: string) => Promise<unknown>
}

/** Real time, real network. */
export const runtime = { fetch: globalThis.fetch, clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }

export interface SignedIn {
  readonly credential: Credential
  /** Proves its key with every request; in the shape that the transports of the MCP SDK take. */
  readonly fetch: (input: string | URL, init?: RequestInit) => Promise<Response>
}

/** Takes as long as the server wants between two polls. */
export async function deviceSignIn({ url, approve }: Place, scope: Scope): Promise<SignedIn> {
  const place = await discover(runtime, url)
  let approved: Promise<unknown> | undefined
  const credential = await login(runtime, place, {
    clientId: 'device-app',
    scope,
    onEvent: (event) => {
      if (event.type === 'code') approved = approve(event.invitation.userCode)
    },
  })
  await approved
  const vault = memoryVault()
  const name = vaultName(place.issuer, 'device-app', place.resource, 'default')
  await keepCredential(vault, name, credential)
  const authorized = authorizedFetch(runtime, tokensOf(runtime, vault), name)
  return { credential, fetch: (input, init) => authorized(String(input), init) }
}
