/** Turns what goes wrong on the way to Redis into the one error a store may reject with, and says what to do about it. */
import { CountersignError } from '@countersign/protocol'

const HINTS: readonly (readonly [fault: RegExp, hint: string])[] = [
  [/NOAUTH|WRONGPASS|invalid (?:username-)?password/, 'give the user name and the password that Redis knows, in the URL'],
  [
    /^NOPERM|user executing the script can't/,
    'let this user run the commands and touch the keys that the README of this package lists (ACL SETUSER)',
  ],
  [
    /^(?:READONLY|NOREPLICAS|MASTERDOWN)/,
    'a failover is under way, or the address is that of a replica: give the address that follows the master',
  ],
  [/^OOM/, 'give Redis more memory (maxmemory); what was answered is still there'],
  [/^MISCONF/, 'Redis cannot write to its disk: look for a full or failing one'],
  [/^(?:LOADING|BUSY)/, 'Redis is busy with itself; try again soon'],
  [/^(?:MOVED|ASK|CROSSSLOT)/, 'this is a Redis Cluster: use redis+cluster:// in the URL, or give its nodes'],
  [/^(?:CLUSTERDOWN|TRYAGAIN)|Cluster redirections|startup nodes/, 'some slots of the cluster have no master: look at CLUSTER INFO'],
  [
    /no node was reached: the connection/,
    'start its nodes, or correct their addresses; with rediss, have their certificates trusted (NODE_EXTRA_CA_CERTS)',
  ],
  [/certificate|altnames/, 'have its certificate trusted (NODE_EXTRA_CA_CERTS), and use the name it is made out to'],
  [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH/, 'start Redis, or correct its address'],
]

/**
 * A CountersignError `store_unavailable`. The error of the driver is not handed on: it carries the command it was about, which may be the
 * password or a record.
 * @param place where Redis is, without user name and password
 */
export function unavailable(place: string, error: unknown): CountersignError {
  if (error instanceof CountersignError) return error
  const told = error instanceof Error ? error.message : String(error)
  const { lastNodeError } = error as { lastNodeError?: unknown }
  const message = inOurWords(lastNodeError instanceof Error ? `no node was reached: ${lastNodeError.message}` : told)
  const hint = HINTS.find(([pattern]) => pattern.test(message))?.[1]
  return new CountersignError('store_unavailable', `${place}: ${message}`, hint === undefined ? {} : { hint })
}

/** Nothing is wrong but that there is no answer. */
export function slow(place: string, message: string): CountersignError {
  return new CountersignError('store_unavailable', `${place}: ${message}`, {
    hint: 'look for a Redis that is stopped, overloaded or out of reach',
  })
}

/** The driver speaks of its settings, and does not know why a node of a cluster ended a connection. */
function inOurWords(told: string): string {
  if (/max retries per request|^Connection is closed/.test(told)) return 'the connection was lost'
  return told.replace(/Connection is closed\.$/, 'the connection was lost')
}
