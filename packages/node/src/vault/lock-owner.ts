/**
 * Who holds a lock, told so exactly that nobody alive is ever taken for dead: a bare pid would be another program's after a while,
 * and means nothing in another container or after a restart.
 */
import { promises } from 'node:fs'
import { hostname, uptime } from 'node:os'

export interface LockOwner {
  readonly pid: number
  /** When it started, as the system counts; empty where the system does not tell. */
  readonly started: string
  /** Names this run of the machine. */
  readonly boot: string
  /** Names the space that the pid counts in: containers have their own. */
  readonly space: string
  readonly host: string
}

/** The program that asks. */
export async function thisOwner(): Promise<LockOwner> {
  const [own, boot, space] = await Promise.all([
    programOf('self'),
    promises.readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
      (text) => text.trim(),
      // Elsewhere the minute of the start has to do: when it comes out different, the deadline decides.
      () => String(Math.round((Date.now() / 1000 - uptime()) / 60)),
    ),
    promises.readlink('/proc/self/ns/pid').catch(() => ''),
  ])
  return { pid: process.pid, started: own?.started ?? '', boot, space, host: hostname() }
}

/** Whether an owner has provably ended. `false` also for owners that cannot be seen from here. */
export async function hasEnded(owner: LockOwner, here: LockOwner): Promise<boolean> {
  if (owner.host !== here.host || owner.boot !== here.boot || owner.space !== here.space) return false
  if (!isRunning(owner.pid)) return true
  const found = await programOf(owner.pid)
  // A program that ended and was not collected yet keeps its pid.
  return found !== undefined && (found.isZombie || (owner.started !== '' && found.started !== owner.started))
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Anything else, such as EPERM, means that there is one.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** What Linux tells about a program; `undefined` where it does not. */
async function programOf(pid: number | 'self'): Promise<{ readonly started: string; readonly isZombie: boolean } | undefined> {
  try {
    const text = await promises.readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in brackets, which may hold anything; the third is the state, the 22nd the start.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { started: fields[19] ?? '', isZombie: fields[0] === 'Z' || fields[0] === 'X' }
  } catch {
    return undefined
  }
}
