// @ts-check
/** The machine: which core does what, and what a program has cost so far. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'

/** Servers run on the first core, the load on the second, where there are two and the system lets us choose. */
const SERVER_CORE = '0'
const LOAD_CORE = '1'
const TICK_MICROSECONDS = 10_000

const apart = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

/** The command that runs a program on the servers' core. @param {readonly string[]} command @returns {readonly [string, ...string[]]} */
export function onServerCore(command) {
  return /** @type {[string, ...string[]]} */ (apart ? ['taskset', '-c', SERVER_CORE, ...command] : [...command])
}

/** Moves this program, which is the load, to its core. */
export function takeLoadCore() {
  if (apart) spawnSync('taskset', ['-apc', LOAD_CORE, String(process.pid)])
}

/** Processor time that programs have used, all their threads, in microseconds; `undefined` where the system does not tell. @param {readonly number[]} pids */
export function cpuOf(pids) {
  try {
    return pids.reduce((sum, pid) => {
      // Fields 14 and 15, counted after the name in parentheses, which may hold anything.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      return sum + (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS
    }, 0)
  } catch {
    return undefined
  }
}

/** Memory that programs hold, in bytes; `undefined` where the system does not tell. @param {readonly number[]} pids */
export function memoryOf(pids) {
  try {
    return pids.reduce((sum, pid) => sum + Number(/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024, 0)
  } catch {
    return undefined
  }
}

/** What the numbers were measured on. */
export function describeMachine() {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    pinned: apart,
  }
}

/** @param {number} milliseconds @returns {Promise<void>} */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
