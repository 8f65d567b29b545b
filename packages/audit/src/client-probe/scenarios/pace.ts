// countersign-ignore-file: answers as no server should, to see what a client does
/** Intervals: one that is longer than usual, two times slow_down, and none at all (RFC 8628 sections 3.2 and 3.5). */
import { gapsOf, JITTER, type Judgement, type Scenario, satisfies, seconds, unknown, violates } from '../scenario.ts'
import type { Hostile } from '../hostile-server.ts'
import type { ClientRun } from '../run-client.ts'

const INTERVAL = 7
const STEP = 5
const USUAL = 5

export const pace: Scenario = {
  name: 'an interval of seven seconds, and slow_down twice',
  behaviour: () => ({ interval: INTERVAL, expiresIn: 300, polls: ['pending', 'slow_down', 'slow_down', 'pending', 'tokens'] }),
  limit: 120,
  isSeen: ({ polls }) => polls.length >= 5,
  judge: (run, hostile) => [interval(hostile), slowDown(hostile), clientId(hostile), userCode(run, hostile)],
}

function interval({ polls, asked, ...rest }: Hostile): Judgement {
  const [first] = gapsOf({ polls, asked, ...rest })
  if (polls.length === 0) return unknown('C01', 'it never polled')
  if (first === undefined) return unknown('C01', 'it polled once')
  if (first < INTERVAL - JITTER) return violates('C01', `told to wait ${INTERVAL} s it waited ${seconds(first)}`)
  const early = (polls[0]?.at ?? 0) - (asked[0] ?? 0)
  return satisfies(
    'C01',
    `told to wait ${INTERVAL} s it waited ${seconds(first)}${early < INTERVAL - JITTER ? `; the first poll came after ${seconds(early)}` : ''}`,
  )
}

function slowDown(hostile: Hostile): Judgement {
  if (hostile.polls.length < 2) return unknown('C02', 'it was never told to slow down')
  const [, second, third, later] = gapsOf(hostile)
  if (second === undefined) return violates('C02', 'slow_down ended the login')
  if (second < INTERVAL + STEP - JITTER)
    return violates('C02', `after slow_down it waited ${seconds(second)} instead of ${INTERVAL + STEP} s`)
  if (third === undefined) return violates('C02', 'the second slow_down ended the login')
  if (third < INTERVAL + 2 * STEP - JITTER)
    return violates('C02', `after the second slow_down it waited ${seconds(third)} instead of ${INTERVAL + 2 * STEP} s`)
  if (later !== undefined && later < INTERVAL + 2 * STEP - JITTER)
    return violates('C02', `it forgot slow_down: after the next answer it waited ${seconds(later)} again`)
  return satisfies('C02', `after slow_down it waited ${seconds(second)}, after the second ${seconds(third)}, and so on`)
}

function clientId({ polls }: Hostile): Judgement {
  if (polls.length === 0) return unknown('C11', 'it never polled')
  return polls.every(({ hasClientId }) => hasClientId)
    ? satisfies('C11', 'every token request says who asks')
    : violates('C11', 'a token request said nothing of who asks')
}

function userCode({ output }: ClientRun, hostile: Hostile): Judgement {
  if (hostile.asked.length === 0) return unknown('C18', 'it never asked for a code')
  const { userCode, verificationUriComplete } = hostile
  // The code inside the link is not in sight: nobody compares what stands between ampersands.
  const rest = output.replaceAll(verificationUriComplete, '').replaceAll(encodeURI(verificationUriComplete), '')
  const bare = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '')
  return bare(rest).includes(bare(userCode))
    ? satisfies('C18', 'the user code is shown')
    : violates('C18', 'the user code is not shown, or in the link alone')
}

export const noInterval: Scenario = {
  name: 'no interval',
  behaviour: () => ({ expiresIn: 300, polls: ['pending', 'pending', 'tokens'] }),
  limit: 45,
  isSeen: ({ polls }) => polls.length >= 3,
  judge: (_, hostile) => {
    const shortest = Math.min(...gapsOf(hostile))
    if (hostile.polls.length < 2) return [unknown('C04', 'it did not poll twice')]
    if (shortest < 1) return [violates('C04', `without an interval it polls every ${seconds(shortest)}: a tight loop`)]
    return [
      shortest < USUAL - JITTER
        ? violates('C04', `without an interval it waits ${seconds(shortest)} instead of ${USUAL} s`)
        : satisfies('C04', `without an interval it waits ${seconds(shortest)}`),
    ]
  },
}
