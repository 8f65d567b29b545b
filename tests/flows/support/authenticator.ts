/** An authenticator in the browser, as DevTools gives it one: it keeps passkeys, and somebody is there and known whenever it asks. */
import type { Page } from 'playwright-core'

export interface VirtualAuthenticator {
  /** Whether finger, face or PIN is the right one from now on. */
  readonly knows: (person: boolean) => Promise<void>
  /** How many passkeys it keeps. */
  readonly kept: () => Promise<number>
}

export async function addAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    knows: async (person) => {
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: person })
    },
    kept: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
  }
}
