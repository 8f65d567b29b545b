/** What is broken at the servers themselves, and between them and their clients. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TcpRelay } from '../../support/tcp-relay.ts'
import { type Fault, OFF } from './ordeal.ts'
import type { Record } from './record.ts'

/** After so many bytes of what one side says: before the first, within a head or a length, within a row or a body. */
const BYTES = [0, 1, 5, 40, 150, 400]

/** Cuts connections in the middle of answers and of questions, again and again, in each of the relays. */
export async function cutOff(relays: readonly TcpRelay[]): Promise<void> {
  for (const bytes of BYTES) {
    await Promise.all(relays.map((relay) => relay.cutAnswerAfter(bytes)))
    await Promise.all(relays.map((relay) => relay.cutRequestAfter(bytes)))
  }
}

/** By then servers have given up, if anybody asks them at all. */
const MOST_MS = 30_000

/** Waits until some more were told that the server cannot do its work now. */
export async function unavailable({ count, now }: Record): Promise<void> {
  const until = now() + MOST_MS
  const told = () => count('issue', 'unavailable') + count('poll', 'unavailable') + count('refresh', 'unavailable')
  for (const enough = told() + 3; told() < enough && now() < until; ) await sleep(20)
}

export const betweenClientsAndServers: Fault = {
  name: 'what clients and servers say is cut off',
  inflict: ({ nodes }) => cutOff(nodes.map(({ front }) => front)),
}

export const killed: Fault = {
  name: 'a server is killed',
  async inflict({ nodes: [node] }) {
    await node?.kill()
    await node?.start()
  },
}

export const clockStepped: Fault = {
  name: 'a clock is stepped forth and back',
  async inflict({ nodes: [node] }) {
    for (const seconds of [OFF, -OFF, 0]) {
      node?.setClock(seconds)
      await sleep(700)
    }
  },
}
