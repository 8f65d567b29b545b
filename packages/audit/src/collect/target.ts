/** Where a target is: a path of this machine, a git repository, a package of npm. What is fetched goes to a temporary folder and away again. */
import { spawn } from 'node:child_process'
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuditError } from '../error.ts'

export interface Target {
  readonly path: string
  /** Removes what was fetched. */
  readonly close: () => Promise<void>
}

const GIT = /^(?:https:\/\/|ssh:\/\/|git@[\w.-]+:|git\+https:\/\/|git\+ssh:\/\/)[^\s]+$/
const PACKAGE = /^npm:((?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*)(?:@([\w.^~-]+))?$/i
/** A repository or a package above this is refused before it is read. */
const MOST_BYTES = 1_000_000_000
const PATIENCE = 300_000

/**
 * Opens a path, `https://...` (git), or `npm:name@version`.
 * @throws AuditError `target_unreadable`, `target_refused`, `target_too_large`
 */
export async function openTarget(target: string, signal?: AbortSignal): Promise<Target> {
  if (target === '' || target.startsWith('-')) throw new AuditError('target_refused', `"${target}" is no path, git URL or package.`)
  const named = PACKAGE.exec(target)
  if (named?.[1] !== undefined) return fetched((folder) => unpack(named[1] as string, named[2] ?? 'latest', folder, signal))
  if (GIT.test(target)) return fetched((folder) => clone(target.replace(/^git\+/, ''), folder, signal))
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) throw new AuditError('target_refused', `${target}: only https and ssh reach a repository.`)
  const stat = await lstat(target).catch(() => undefined)
  if (stat === undefined)
    throw new AuditError('target_unreadable', `There is no file or folder ${target}. A package of npm is named npm:NAME.`)
  return { path: target, close: () => Promise.resolve() }
}

async function fetched(fetch: (folder: string) => Promise<string>): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-audit-'))
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const path = await fetch(folder)
    if ((await sizeOf(path)) > MOST_BYTES) throw new AuditError('target_too_large', `What was fetched has more than ${MOST_BYTES} bytes.`)
    return { path, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Shallow, without submodules, hooks, filters or a prompt. What follows `--` is never taken for an option. */
async function clone(url: string, folder: string, signal: AbortSignal | undefined): Promise<string> {
  const path = join(folder, 'repository')
  const settings = [
    'core.hooksPath=/dev/null',
    'core.symlinks=false',
    'core.fsmonitor=false',
    'protocol.allow=never',
    'protocol.https.allow=always',
    'protocol.ssh.allow=always',
    'filter.lfs.smudge=',
    'filter.lfs.required=false',
  ]
  const flags = settings.flatMap((setting) => ['-c', setting])
  await run(
    'git',
    [...flags, 'clone', '--quiet', '--depth=1', '--single-branch', '--no-tags', '--no-recurse-submodules', '--template=', '--', url, path],
    { GIT_TERMINAL_PROMPT: '0', GIT_LFS_SKIP_SMUDGE: '1', GIT_CONFIG_NOSYSTEM: '1' },
    signal,
  )
  return path
}

/** The packed tarball: its scripts do not run, since nothing is installed. */
async function unpack(name: string, version: string, folder: string, signal: AbortSignal | undefined): Promise<string> {
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder, '--', `${name}@${version}`], {}, signal)
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new AuditError('target_unreadable', `npm packed nothing for ${name}@${version}.`)
  // tar takes leading slashes away and refuses "..", and nothing keeps owners or modes of the archive.
  await run('tar', ['-xzf', join(folder, tarball), '-C', folder, '--no-same-owner', '--no-same-permissions', 'package'], {}, signal)
  return join(folder, 'package')
}

function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environment },
      timeout: PATIENCE,
      ...(signal === undefined ? {} : { signal }),
    })
    let said = ''
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (text: string) => (said = (said + text).slice(-2000)))
    child.on('error', (error) =>
      reject(new AuditError('target_unreadable', `${command} could not be started: ${error.message}`, { cause: error })),
    )
    child.on('close', (code) => {
      if (code === 0) return resolve()
      const line = said.trim().split('\n').at(-1) ?? ''
      reject(new AuditError('target_unreadable', `${command} could not fetch it${line === '' ? '.' : `: ${line}`}`))
    })
  })
}

async function sizeOf(folder: string): Promise<number> {
  let total = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) total += await sizeOf(path)
    else if (entry.isFile()) total += (await lstat(path)).size
    if (total > MOST_BYTES) return total
  }
  return total
}
