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

/**
 * Lets somebody try, unless there were too many failures. The try is taken before and given back when it was none, so that whoever tries
 * many at once gets no more than who tries in turn.
 * @param prove tells whether it was proven; when it throws, nothing was tried
 */
export async function attemptSignIn<Outcome>(
  { clock, store }: Ports,
  attempt: Attempt,
  prove: () => Promise<Outcome>,
  isProven: (outcome: Outcome) => boolean,
): Promise<Outcome | 'limited'> {
  const until = clock.now() + WINDOW_MS
  const giveBack = async () => {
    for (const { key } of limitsOf(attempt)) await store.count(key, until, -1)
  }
  let isLimited = false
  for (const { key, most } of limitsOf(attempt)) isLimited = (await store.count(key, until, 1)) > most || isLimited
  if (isLimited) {
    await giveBack()
    return 'limited'
  }
  const outcome = await prove().catch(async (error: unknown) => {
    await giveBack()
    throw error
  })
  if (isProven(outcome)) await giveBack()
  return outcome
}

function limitsOf({ account, address }: Attempt) {
  return [
    { key: `sign-in:account:${account}`, most: PER_ACCOUNT },
    { key: `sign-in:network:${networkOf(address)}`, most: PER_NETWORK },
  ]
}
