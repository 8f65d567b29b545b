/**
 * A crowd works with servers that are broken on purpose, one fault after the other; then the servers are restarted and reconfigured in peace;
 * then everything is asked for once more, and the record is judged. A fault lasts until people have got something done in spite of it, so a slow
 * machine takes longer and proves the same.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type House, openHouse, wait } from './crowd.ts'
import { makeDeviceKey } from './device-key.ts'
import { type Decided, type Device, type Login, openDevice } from './device.ts'
import { judge } from './judge.ts'
import { type Nodes, openNodes } from './nodes.ts'
import { openPerson, type Person } from './person.ts'
import { openRecord, type Outcome, type Record, type Span } from './record.ts'

/** Clocks run so fast that the shortest life a code may have, a minute, is over in 15 seconds. */
const HURRY = 4
const CODE_LIFE = 60
const GRACE = 60
const LIFE_MS = (CODE_LIFE * 1000) / HURRY
/** No clock is further off than this, in seconds of the house. */
export const OFF = 8
const DEVICES = 40
/** How often everything is broken in one run. One is what a test takes; more is for who looks for what seldom happens. */
const ROUNDS = Number(process.env['COUNTERSIGN_FAULT_ROUNDS'] ?? 1)
/** For what hangs, and no judgement on speed: on a machine with nothing else to do it takes half a minute. */
export const PATIENCE_MS = 300_000 * ROUNDS
const PEOPLE = 4
const MANY = 10_000
const SETTINGS = {
  codeLife: CODE_LIFE,
  decideWithin: 30,
  pace: { interval: 5 },
  refreshGrace: GRACE,
  codesPerMinute: MANY,
  guessing: { perBrowser: MANY, perAccount: MANY, perNetwork: MANY, mistypesPerNetwork: MANY },
}

/** Something that is done to the servers or their store while people work. */
export interface Fault {
  readonly name: string
  readonly inflict: (nodes: Nodes, record: Record) => Promise<void>
}

export interface Outcomes {
  /** What did not hold, as sentences. */
  readonly violations: readonly string[]
  /** How many requests had this outcome. */
  readonly count: Record['count']
  readonly lost: number
  readonly unavailable: number
}

export interface OrdealOptions {
  readonly count: number
  readonly storeOf?: (node: number) => string
  readonly faults: readonly Fault[]
  /** What is done in the end, while nothing may fail. */
  readonly peace: (nodes: Nodes, house: House) => Promise<void>
}

export async function ordeal({ count, storeOf, faults, peace }: OrdealOptions): Promise<Outcomes> {
  const nodes = await openNodes({ count, hurry: HURRY, settings: SETTINGS, ...(storeOf === undefined ? {} : { storeOf }) })
  try {
    const record = openRecord()
    const house = openHouse(nodes, record, { hurry: HURRY, lifeMs: LIFE_MS })
    const crowd = await openCrowd(house)
    for (const fault of Array.from({ length: ROUNDS }, () => faults).flat()) {
      await progress(record)
      await fault.inflict(nodes, record).catch((cause: unknown) => {
        throw new Error(`while ${fault.name}`, { cause })
      })
    }
    await progress(record)
    const calm = [await inPeace(house, () => peace(nodes, house))]
    house.stop()
    await crowd.end()
    const answered = (outcome: Outcome) => record.entries.filter((entry) => entry.outcome === outcome).length
    return {
      violations: judge(record.entries, {
        lifeMs: LIFE_MS,
        skewMs: (2 * OFF * 1000) / HURRY,
        littleMs: LIFE_MS,
        graceMs: (GRACE * 1000) / HURRY,
        calm,
      }),
      count: record.count,
      lost: answered('lost'),
      unavailable: answered('unavailable'),
    }
  } finally {
    await nodes.close()
  }
}

/** Waits until some logins more have come to tokens; not for ever, so that what stands in the way is judged all the same. */
async function progress({ count, now }: Record): Promise<void> {
  const until = now() + 3 * LIFE_MS
  for (const enough = count('poll', 'done') + 5; count('poll', 'done') < enough && now() < until; ) await sleep(50)
}

/** Waits until what was broken has healed and who met it has tried again, then acts while nothing may fail. */
async function inPeace(house: House, act: () => Promise<void>): Promise<Span> {
  const { nodes, record } = house
  for (const node of nodes.nodes) while (!(await node.isReady())) await sleep(50)
  house.setCalm(true)
  await wait(house, 4)
  const from = record.now()
  await act()
  await progress(record)
  return { from, to: record.now() }
}

/** Restarts one server after the other, as an orchestrator does: told to end, not sent anybody any more, ended, started, ready. */
export async function rollingRestart({ nodes }: Nodes, house: House): Promise<void> {
  for (const node of nodes) {
    const ended = node.stop()
    while (await node.isReady()) await sleep(20)
    house.setReady(node, false)
    const code = await ended
    if (code !== 0) throw new Error(`${node.name} ended with ${code}`)
    await node.start()
    while (!(await node.isReady())) await sleep(20)
    house.setReady(node, true)
  }
}

interface Crowd {
  /** Waits until all that was begun has come to its end, and asks for everything once more. */
  readonly end: () => Promise<void>
}

async function openCrowd(house: House): Promise<Crowd> {
  let logins = 0
  const nextLogin = () => `${++logins}`
  const people = await Promise.all(Array.from({ length: PEOPLE }, (_, n) => openPerson(house, `person ${n + 1}`)))
  const past: { readonly device: Device; readonly login: Login }[] = []

  async function work(n: number): Promise<void> {
    const device = openDevice(house, `device ${n}`, n % 2 === 0 ? await makeDeviceKey() : undefined, nextLogin)
    // Not all at the same moment.
    await wait(house, (n * 5) / DEVICES)
    for (let round = 0; !house.stopping(); round++) {
      const wish = wishOf(n, round)
      const login = await device.signIn(wish, people[(n + round) % PEOPLE] as Person)
      if (login === undefined) return
      past.push({ device, login })
      if (login.alive) await device.use(login, (n + round) % 3 === 0)
      await wait(house, 8)
    }
  }
  const working = Promise.all(Array.from({ length: DEVICES }, (_, n) => work(n)))
  return {
    async end() {
      await working
      await Promise.all(people.map((person) => person.end()))
      const left = [...past]
      const closing = async () => {
        for (let next = left.pop(); next !== undefined; next = left.pop()) await next.device.close(next.login)
      }
      await Promise.all(Array.from({ length: 2 * PEOPLE }, closing))
    },
  }
}

function wishOf(n: number, round: number): Decided {
  // At first, so that nobody waits for the end of such a code at the end.
  if (n % 13 === 0 && round === 0) return 'never'
  return (n + round) % 6 === 1 ? 'deny' : 'approve'
}
