/** The faults of servers that share a store, one after the other, and the peace after them. */
import { type Fault, OFF, ordeal, rollingRestart } from './ordeal.ts'
import { expectAll } from './expect-all.ts'
import { betweenClientsAndServers, clockStepped, cutOff, killed, unavailable } from './node-faults.ts'
import type { SharedStore } from './stores.ts'

function faultsOf(store: SharedStore): readonly Fault[] {
  return [
    {
      name: 'the clocks of the servers are apart',
      inflict: async ({ nodes }) => nodes.forEach((node, index) => node.setClock(index % 2 === 0 ? OFF / 2 : -OFF / 2)),
    },
    { name: 'what servers and store say is cut off', inflict: () => cutOff(store.relays) },
    betweenClientsAndServers,
    killed,
    {
      name: 'the store stands still',
      // Until servers have given up: what they sent is done when it goes on, and nobody waits for it any more.
      inflict: async (_, record) => {
        const thaw = store.freeze()
        await unavailable(record)
        thaw()
      },
    },
    { name: 'the store is killed', inflict: () => store.crash() },
    clockStepped,
  ]
}

/** So many servers on one store, through all of it. @throws Error with what did not hold */
export async function breakEverything(count: number, open: (nodes: number) => Promise<SharedStore>): Promise<void> {
  const store = await open(count)
  try {
    const outcomes = await ordeal({
      count,
      storeOf: store.addressOf,
      faults: faultsOf(store),
      peace: async (nodes, house) => {
        await rollingRestart(nodes, house)
        nodes.configure('Southgate')
        for (const node of nodes.nodes) await node.reload()
      },
    })
    expectAll(outcomes)
  } finally {
    await store.close()
  }
}
