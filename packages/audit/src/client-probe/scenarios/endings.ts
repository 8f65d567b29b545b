// countersign-ignore-file: answers as no server should, to see what a client does
/** Ends: a code that runs out while the server says nothing, and errors that end it (RFC 8628 section 3.5). */
import type { PollAnswer } from '../hostile-server.ts'
import { type Scenario, satisfies, seconds, unknown, violates } from '../scenario.ts'

const LIFE = 12
const INTERVAL = 5
/** How long after its end nobody should ask for a code any more: one poll may be under way. */
const AFTERWARDS = 3 * INTERVAL + 1

export const earlyExpiry: Scenario = {
  name: 'a code that runs out while the server says that it is pending',
  behaviour: () => ({ interval: INTERVAL, expiresIn: LIFE, polls: ['pending'] }),
  limit: 90,
  isSeen: ({ asked }, now) => asked[0] !== undefined && now > asked[0] + LIFE + AFTERWARDS,
  judge: (_, { asked, polls }) => {
    const [began] = asked
    if (began === undefined || polls.length === 0) return [unknown('C03', 'it never polled')]
    const late = polls.filter(({ at }) => at > began + LIFE + INTERVAL + 1)
    const last = (polls.at(-1)?.at ?? began) - began
    return [
      late.length > 0
        ? violates('C03', `it still polled ${seconds(last)} after it got a code of ${LIFE} s`)
        : satisfies('C03', `the last poll for a code of ${LIFE} s came after ${seconds(last)}`),
    ]
  },
}

/** One poll, one error: nothing more may come. */
function ending(error: PollAnswer): Scenario {
  return {
    name: `${error} at the first poll`,
    behaviour: () => ({ interval: 1, expiresIn: 300, polls: [error] }),
    limit: 60,
    // Some clients wait five seconds whatever they are told.
    isSeen: ({ polls }, now) => polls.length > 1 || (polls[0] !== undefined && now > polls[0].at + 12),
    judge: ({ exitCode }, { polls }) => {
      if (polls.length === 0) return [unknown('C05', 'it never polled')]
      if (polls.length > 1) return [violates('C05', `it polled again after ${error}`)]
      return [satisfies('C05', `it stopped at ${error}${exitCode === 0 ? ', and its exit code says that all is well' : ''}`)]
    },
  }
}

export const endings: readonly Scenario[] = (['access_denied', 'expired_token', 'invalid_grant'] as const).map(ending)
