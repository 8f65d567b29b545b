// countersign-ignore-file: answers as no server should, to see what a client does
/** The network: connections that drop, and a token request that is sent on to somebody else. */
import { gapsOf, type Scenario, satisfies, seconds, unknown, violates } from '../scenario.ts'

const INTERVAL = 2

export const dropped: Scenario = {
  name: 'two connections that are dropped',
  behaviour: () => ({ interval: INTERVAL, expiresIn: 300, polls: ['pending', 'drop', 'drop', 'drop', 'tokens'] }),
  limit: 90,
  isSeen: ({ polls }) => polls.some(({ answered }) => answered === 'tokens'),
  judge: (_, hostile) => {
    const { polls } = hostile
    if (!polls.some(({ answered }) => answered === 'drop')) return [unknown('C21', 'no connection was dropped')]
    const after = gapsOf(hostile).slice(1)
    // A program that sends the same request again within a moment has not decided anything: its HTTP library has.
    const isOver = !polls.some(({ answered }) => answered === 'tokens') && after.every((gap) => gap < 1)
    if (isOver) return [violates('C21', 'dropped connections ended the login')]
    const pauses = after.map(seconds).join(', ')
    return [
      polls.some(({ answered }) => answered === 'tokens')
        ? satisfies('C21', `it went on after ${pauses}`)
        : violates('C21', `it gave up after a few dropped connections (${pauses})`),
    ]
  },
}

export const redirected: Scenario = {
  name: 'a token request that is redirected to another server',
  behaviour: () => ({ interval: 1, expiresIn: 60, polls: ['redirect'] }),
  limit: 45,
  isSeen: ({ wasCarriedOn, polls }, now) => wasCarriedOn() || (polls[0] !== undefined && now > polls[0].at + 8),
  judge: (_, { wasCarriedOn, polls }) => {
    if (polls.length === 0) return [unknown('C25', 'it never polled')]
    return [
      wasCarriedOn()
        ? violates('C25', 'it carried the device code to another server')
        : satisfies('C25', 'it carried nothing to another server'),
    ]
  },
}
