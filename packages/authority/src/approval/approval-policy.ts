/**
 * What it takes to approve: nothing more for a key the subject knows, a countersign where the device can ask for one,
 * and for the devices that cannot, what the operator has chosen (docs/countersign.md).
 */
import type { AuthorizationRequest, PendingAuthorization } from '@countersign/protocol'
import { isFreshSignIn } from '../browser/fresh-sign-in.ts'
import type { Context } from '../context.ts'
import { networkOf } from '../limits/guessing.ts'
import { distanceBetween, isOtherCountry } from './distance.ts'
import { isKnownKey } from './known-keys.ts'
import type { Approver } from '../ports/identity.ts'
import type { Client } from '../records/records.ts'
import { resourceNamed } from '../requests/resources.ts'

/**
 * For devices that cannot ask their user for a number. `open`: approve as RFC 8628 has it, with a warning. `same-network`: device and browser must share
 * a network. `enrolled`: only keys that the subject or an operator has made known.
 */
export type ApprovalPolicy = 'open' | 'same-network' | 'enrolled'

export type Approval =
  | { readonly type: 'enough' }
  | { readonly type: 'countersign'; readonly digits: number }
  | { readonly type: 'refused'; readonly why: 'other_network' | 'other_country' | 'not_enrolled' }

/** Two digits for most things, three where a resource marks a scope as risky. */
const DIGITS = 2
const DIGITS_WHEN_RISKY = 3

/** What approving this request takes, for this subject in a browser at this address. */
export async function approvalOf(
  context: Context,
  device: PendingAuthorization,
  client: Client | undefined,
  subject: string,
  browserAddress: string,
): Promise<Approval> {
  if (await isKnownKey(context, subject, device.keyThumbprint)) return { type: 'enough' }
  const policy = policyOf(context, client)
  if (policy === 'enrolled') return { type: 'refused', why: 'not_enrolled' }
  const isFar =
    context.settings.otherCountry === 'refuse' && isOtherCountry(distanceBetween(context, device.origin.address, browserAddress))
  if (isFar) return { type: 'refused', why: 'other_country' }
  if (device.countersignSupported) return { type: 'countersign', digits: isRisky(context, device) ? DIGITS_WHEN_RISKY : DIGITS }
  if (policy === 'open' || networkOf(device.origin.address) === networkOf(browserAddress)) return { type: 'enough' }
  return { type: 'refused', why: 'other_network' }
}

/**
 * What approving an authorization request takes. `same-network` and the country say nothing here, because the browser is the one that asks:
 * there is no other address to compare its own with. Nor is there a device that waits for a countersign: the answer goes where the page
 * said, from this very browser. `enrolled` says the same as for devices, and what proves no key until it has the code is as unknown as what proves none:
 * else a client would get past the policy by asking in the other way.
 */
export async function codeApprovalOf(
  context: Context,
  { keyThumbprint }: Pick<AuthorizationRequest, 'keyThumbprint'>,
  client: Client,
  subject: string,
): Promise<'enough' | 'not_enrolled'> {
  if (policyOf(context, client) !== 'enrolled') return 'enough'
  return (await isKnownKey(context, subject, keyThumbprint)) ? 'enough' : 'not_enrolled'
}

/**
 * Whether the person has to sign in again before approving this. A browser that was left open, or whose cookie was copied, still shows and
 * denies such requests; what it cannot do is approve them.
 */
export function takesFreshSignIn(
  context: Pick<Context, 'clock' | 'issuer' | 'resources' | 'settings'>,
  asked: Pick<PendingAuthorization, 'resources' | 'scope'>,
  approver: Approver,
): boolean {
  return isRisky(context, asked) && !isFreshSignIn(context, approver)
}

function policyOf({ settings }: Context, client: Client | undefined): ApprovalPolicy {
  return client?.approvalPolicy ?? settings.approvalPolicy
}

/** Whether anything asked for is marked as risky by a resource it is asked for. */
function isRisky(
  context: Pick<Context, 'resources' | 'issuer'>,
  { resources, scope }: Pick<PendingAuthorization, 'resources' | 'scope'>,
): boolean {
  return resources.some((name) => resourceNamed(context, name)?.risky?.some((token) => scope.includes(token)) === true)
}
