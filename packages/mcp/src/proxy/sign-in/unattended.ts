/**
 * Sign-ins without a person: the client's own rights (RFC 6749 section 4.4). Nobody is asked, so what the server demands is answered where
 * it is met, also for lists and for the first connection.
 */
import { type Discovery, keepCredential, type LoginStores, machineLogin, type Runtime, vaultName } from '@countersign/client'
import type { Codes } from '../../sign-in/codes.ts'
import type { Demand, ResourceSender } from '../resource-sender.ts'
import type { ChooseClient } from '../../sign-in/links.ts'

/** The counterpart of `codes` and `links`: what it opens is over at once. */
export function machine(
  runtime: Runtime,
  stores: () => Promise<LoginStores>,
  chooseClient: ChooseClient,
  place: Discovery,
  profile: string,
): Codes {
  const ending = new AbortController()
  const { signal } = ending
  return {
    current: () => undefined,
    refused: () => undefined,
    open: async (scope) => {
      const { clientId, authentication } = await chooseClient(place, signal)
      const { credential } = await machineLogin(runtime, place, { clientId, authentication, scope, signal })
      const { vault } = await stores()
      await keepCredential(vault, vaultName(place.issuer, clientId, place.resource, profile), credential, signal)
      return undefined
    },
    close: () => ending.abort(),
  }
}

/** The same sender, which signs in when it has to and sends once more. Requests that meet a demand together share one sign-in. */
export function unattended(sender: ResourceSender, signIn: (demand: Demand) => Promise<void>): ResourceSender {
  let signingIn: Promise<void> | undefined
  return {
    ...sender,
    async send(request) {
      const sent = await sender.send(request)
      if (sent.type !== 'demanded') return sent
      signingIn ??= signIn(sent.demand).finally(() => {
        signingIn = undefined
      })
      await signingIn
      sender.lookAgain()
      return sender.send(request)
    },
  }
}
