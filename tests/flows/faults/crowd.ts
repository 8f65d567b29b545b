/** Everybody who works with the servers while they break: how they reach one, what they write down, and when they have had enough. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Node, Nodes } from './nodes.ts'
import type { Record } from './record.ts'

export interface House {
  readonly nodes: Nodes
  readonly record: Record
  /** How many times faster the clocks of the house run. */
  readonly hurry: number
  /** Of a device code, in milliseconds of the record. */
  readonly lifeMs: number
  /** The address of a server that somebody is sent to, at random as a load balancer does it. */
  readonly somewhere: () => string
  /** From now on nobody begins anything new. */
  readonly stopping: () => boolean
  readonly stop: () => void
  /** While so, nobody is sent to a server that is not ready, and nothing lies between. */
  readonly setCalm: (calm: boolean) => void
  readonly setReady: (node: Node, ready: boolean) => void
}

export function openHouse(nodes: Nodes, record: Record, { hurry, lifeMs }: { readonly hurry: number; readonly lifeMs: number }): House {
  const ready = new Set(nodes.nodes)
  let calm = false
  let stopped = false
  return {
    nodes,
    record,
    hurry,
    lifeMs,
    somewhere() {
      const among = calm ? [...ready] : nodes.nodes
      const node = among[Math.floor(Math.random() * among.length)] as Node
      return calm ? node.direct : `http://127.0.0.1:${node.front.port}`
    },
    stopping: () => stopped,
    stop: () => {
      stopped = true
    },
    setCalm: (now) => {
      calm = now
    },
    setReady: (node, now) => void (now ? ready.add(node) : ready.delete(node)),
  }
}

/** Waits so many seconds of the house. */
export function wait({ hurry }: House, seconds: number): Promise<void> {
  return sleep((seconds * 1000) / hurry)
}

/** What stands for a secret in the record. */
export function digestOf(secret: unknown): string {
  return createHash('sha256').update(String(secret)).digest('base64url').slice(0, 12)
}
