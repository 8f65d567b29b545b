/** Passkeys as the sign-in of local accounts uses them; there are none where browsers could not make any. */
import type { Exchange, Form } from '@countersign/protocol'
import type { Context } from '../../context.ts'
import type { PasskeyAsk } from '../../pages/index.ts'
import type { Approver, Identity } from '../../ports/identity.ts'
import type { PasskeyVerifier } from '../../ports/passkey-verifier.ts'
import { makeChallenge, type Tie } from './challenge.ts'
import { openOwnPasskeys, type OwnPasskeys, type OwnPasskeysPorts } from './own-passkeys.ts'
import { passkeysOf } from './passkeys.ts'
import { relyingPartyOf, requestOptions } from './relying-party.ts'
import { verifyPasskey } from './verify-passkey.ts'

/** What is asked and answered on the page where somebody signs in, or, signed in already, proves it once more. */
interface PasskeySignIn {
  /** What the page asks the browser for; `undefined` for somebody who has no passkey. `browser`: not signed in yet, by its cookie. */
  ask(browser: string, again: Approver | undefined): Promise<PasskeyAsk | undefined>
  /** The account that proved itself, or why none did. */
  prove(exchange: Exchange, form: Form, browser: string, again: Approver | undefined): ReturnType<typeof verifyPasskey>
}

export type Passkeys = PasskeySignIn & OwnPasskeys

type Ports = Omit<OwnPasskeysPorts, 'party' | 'verifier'> & Pick<Context, 'issuer'>

/** `undefined` without a verifier, and for an issuer that passkeys cannot be bound to. */
export function openPasskeys(
  given: Ports,
  verifier: PasskeyVerifier | undefined,
  identity: Pick<Identity, 'recognise' | 'signIn'>,
): Passkeys | undefined {
  const party = relyingPartyOf(given.issuer)
  if (verifier === undefined || party === undefined) return undefined
  const ports = { ...given, party, verifier }
  return {
    ...openOwnPasskeys(ports, identity),
    ask: async (browser, again) => {
      const own = again === undefined ? [] : (await passkeysOf(ports.store, again.subject)).map(({ value }) => value)
      if (again !== undefined && own.length === 0) return undefined
      const { challenge, made } = await makeChallenge(ports, tieOf(browser, again))
      return { made, options: requestOptions(party, challenge, own) }
    },
    prove: (exchange, form, browser, again) => verifyPasskey(ports, exchange, form, tieOf(browser, again)),
  }
}

function tieOf(browser: string, again: Approver | undefined): Tie {
  return again === undefined ? { purpose: 'sign_in', browser } : { purpose: 'again', browser, subject: again.subject }
}
