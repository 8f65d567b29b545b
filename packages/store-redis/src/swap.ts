/** Replacing the value of a row. Swaps of one turn share a script. One that makes its row outlive what leads to it sees to that first. */
import type { Swap } from '@countersign/authority'
import { coverOf, type InsertPorts, prolong } from './insert.ts'
import { endText, hintsIn, lifeText } from './row-text.ts'
import { SWAP } from './scripts.ts'
import { together, type TogetherPorts } from './together.ts'

/** `cover`: until when the hints were made to live for it, as text; empty when they were not. */
interface Swapping {
  readonly change: Swap
  readonly json: string
  readonly cover: string
}

export function swapsOver(ports: InsertPorts, sharing: TogetherPorts): (change: Swap) => Promise<boolean> {
  const { connection, keys, now } = ports
  const send = together(
    sharing,
    async (all: readonly Swapping[]) => {
      const at = now()
      const rows: string[] = []
      const given: (string | number)[] = []
      for (const { change, json, cover } of all) {
        const { kind, id, version, expiresAt } = change
        const [end, life] = expiresAt === undefined ? ['', ''] : [endText(expiresAt), lifeText(expiresAt, at)]
        rows.push(keys.row(kind, id))
        given.push(version, version + 1, json, end, life, cover)
      }
      return (await connection.run(SWAP, rows, at, ...given)) as readonly unknown[]
    },
    (reply) => reply,
  )

  return async (change) => {
    const { kind, id, expiresAt } = change
    const json = JSON.stringify(change.value)
    const reply = await send({ change, json, cover: '' })
    const hints = typeof reply === 'string' ? hintsIn(reply) : undefined
    if (hints === undefined) return reply === 1
    const cover = coverOf(hints, expiresAt, now())
    await prolong(ports, kind, id, hints, cover)
    return (await send({ change, json, cover: endText(cover) })) === 1
  }
}
