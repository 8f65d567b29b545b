/** Failed attempts to prove who one is. Passwords and passkeys share what an account and a network may get wrong: no way in is a second allowance. */
import type { Context } from '../context.ts'
import { networkOf } from './guessing.ts'

/** Failures tolerated in a quarter of an hour. */
const PER_ACCOUNT = 10
const PER_NETWORK = 50
const WINDOW_MS = 900_000

type Ports = Pick<Context, 'clock' | 'store'>

/** Who is tried, and from where. */
export interface Attempt {
  /** The subject, or a digest that stands for an account that does not exist. */
  readonly account: string
  readonly address: string
}

/** Whether there were too many. Asking costs nothing and changes nothing. */
export async function isSignInLimited({ clock, store }: Ports, attempt: Attempt): Promise<boolean> {
  for (const { key, most } of limitsOf(attempt)) {
    if ((await store.count(key, clock.now() + WINDOW_MS, 0)) >= most) return true
  }
  return false
}

export async function countFailedSignIn({ clock, store }: Ports, attempt: Attempt): Promise<void> {
  for (const { key } of limitsOf(attempt)) await store.count(key, clock.now() + WINDOW_MS, 1)
}

function limitsOf({ account, address }: Attempt) {
  return [
    { key: `sign-in:account:${account}`, most: PER_ACCOUNT },
    { key: `sign-in:network:${networkOf(address)}`, most: PER_NETWORK },
  ]
}
