/**
 * A git repository, fetched as a stranger's. Invariants: nothing of it runs (no hook, no filter, no submodule, no helper that a setting names), only https and
 * ssh are spoken, and it gets no more room and time than it is given.
 */
import { spawn } from 'node:child_process'
import { lstat, readdir } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { AuditError } from '../error.ts'
import { isLoopback } from '../probe/wire/consent.ts'
import type { Bounds } from './target.ts'

const SCP_LIKE = /^(?:git@)([a-z0-9][a-z0-9.-]*):(?!\/\/)[\w~./-]+$/i
const ADDRESS = /^(?:git\+)?(?:https?|ssh|git|file|ftps?|ext|[a-z][a-z0-9+.-]*)(?:::|:\/\/)/i
const HOST = /^(?:[a-z0-9][a-z0-9.-]*|\[[0-9a-f:]+\])$/i
const USER = /^(?:\w[\w.-]*)?$/
const LOOK_MS = 250

/**
 * The address in what somebody named, ready for git; undefined when it is no address at all.
 * @throws AuditError `target_refused` for an address that git would take for more than an address
 */
export function gitAddressIn(target: string): string | undefined {
  const scp = SCP_LIKE.exec(target)
  if (scp !== null) return target
  if (!ADDRESS.test(target)) return undefined
  const address = target.replace(/^git\+/i, '')
  if (!URL.canParse(address)) throw refused(target, 'only https and ssh reach a repository')
  const { protocol, hostname, username, password, pathname } = new URL(address)
  const isHere = protocol === 'http:' && isLoopback(hostname)
  if (protocol !== 'https:' && protocol !== 'ssh:' && !isHere) throw refused(target, 'only https and ssh reach a repository')
  if (password !== '' || (username !== '' && protocol !== 'ssh:')) {
    throw new AuditError('target_refused', 'Credentials do not belong into an address. Clone it yourself, and audit the folder.')
  }
  // A host or a user that begins with a hyphen would be an option of ssh.
  if (!HOST.test(hostname) || !USER.test(username)) throw refused(target, 'this is the name of no host')
  if (/[\s\p{Cc}]/u.test(address) || pathname.startsWith('/-')) throw refused(target, 'this is the path of no repository')
  return address
}

const refused = (target: string, why: string) => new AuditError('target_refused', `${target}: ${why}.`)

/**
 * Clones the newest commit of the default branch, or the one of a branch or tag, into a folder below this one, and returns it.
 * @throws AuditError `target_unreadable`, `target_too_large`
 */
export async function clone(address: string, folder: string, { limits, signal }: Bounds, branch?: string): Promise<string> {
  const path = join(folder, 'repository')
  const settings = [
    `core.hooksPath=${devNull}`,
    'core.symlinks=false',
    'core.fsmonitor=false',
    'core.protectHFS=true',
    'core.protectNTFS=true',
    'protocol.allow=never',
    'protocol.https.allow=always',
    'protocol.ssh.allow=always',
    ...(address.startsWith('http://') ? ['protocol.http.allow=always'] : []),
    'credential.helper=',
    'submodule.recurse=false',
    'gc.auto=0',
  ].flatMap((setting) => ['-c', setting])
  const options = ['--quiet', '--depth=1', '--single-branch', '--no-tags', '--no-recurse-submodules', '--template=']
  if (branch !== undefined) options.push(`--branch=${branch}`)
  // What follows -- is never taken for an option.
  const given = [...options, '--', address, path]
  const child = spawn('git', [...settings, 'clone', ...given], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environmentOfGit(),
    // A group of its own: git starts others that have to go with it.
    detached: process.platform !== 'win32',
  })
  const end = () => endGroup(child.pid)
  const told: { tooLarge: boolean; said: string } = { tooLarge: false, said: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told.said = (told.said + text).slice(-2000)))
  signal.addEventListener('abort', end, { once: true })
  const looking = setInterval(() => {
    void sizeOf(folder, limits).then((isTooLarge) => {
      if (isTooLarge) end()
      told.tooLarge ||= isTooLarge
    })
  }, LOOK_MS)
  try {
    if (signal.aborted) end()
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('close', resolve)
      child.once('error', (cause) => reject(new AuditError('target_unreadable', 'git could not be started: is it installed?', { cause })))
    })
    if (told.tooLarge || (code === 0 && (await sizeOf(folder, limits)))) {
      throw new AuditError('target_too_large', `${address} has more than ${limits.bytes} bytes or ${limits.files} files.`)
    }
    if (signal.aborted)
      throw new AuditError('target_unreadable', `${address} could not be fetched in ${limits.milliseconds / 1000} seconds.`)
    if (code !== 0) throw new AuditError('target_unreadable', `git could not fetch ${address}${lastLine(told.said)}`)
    return path
  } finally {
    clearInterval(looking)
    signal.removeEventListener('abort', end)
  }
}

/** Of this machine's settings only what leads to the network and to the keys of ssh. */
function environmentOfGit(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:GIT_|SSH_ASKPASS)/i.test(name))
  return {
    ...Object.fromEntries(kept),
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    LC_ALL: 'C',
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

function lastLine(said: string): string {
  const line = said.trim().split('\n').at(-1) ?? ''
  return line === '' ? '.' : `: ${line}`
}

/** Whether a folder is above what is allowed. What vanishes while it is looked at counts for nothing. */
async function sizeOf(folder: string, limits: Pick<Bounds['limits'], 'bytes' | 'files'>): Promise<boolean> {
  const waiting = [folder]
  let [bytes, files] = [0, 0]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true }).catch(() => [])) {
      const path = join(next, entry.name)
      files += 1
      if (entry.isDirectory()) waiting.push(path)
      else bytes += (await lstat(path).catch(() => ({ size: 0 }))).size
      if (bytes > limits.bytes || files > limits.files) return true
    }
  }
  return false
}
