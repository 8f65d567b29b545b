/**
 * Opening a page in a browser of this machine, where there is one.
 * Invariants: only https pages (http on this machine), never through a shell; and nobody is told that a browser opened, because nobody knows.
 */
import { spawn } from 'node:child_process'
import { isSecureUrl } from '@countersign/protocol'
import type { Environment } from '../vault/places.ts'

/** Whether a page opened here would be seen by the person, and its redirects would reach this machine. */
export function hasBrowser(env: Environment, platform: NodeJS.Platform = process.platform): boolean {
  const isSet = (name: string) => (env[name] ?? '') !== '' && env[name] !== 'false'
  // Of somebody far away, of a machine that nobody sits at, or of a container whose ports are its own.
  const elsewhere = ['SSH_CONNECTION', 'SSH_CLIENT', 'SSH_TTY', 'CI', 'CODESPACES', 'REMOTE_CONTAINERS', 'GITPOD_WORKSPACE_ID']
  if (elsewhere.some(isSet)) return false
  return platform === 'darwin' || platform === 'win32' || isSet('DISPLAY') || isSet('WAYLAND_DISPLAY')
}

/** How to ask the operating system, as an argument list. */
export function browserCommand(url: string, platform: NodeJS.Platform): readonly [program: string, ...args: string[]] {
  if (platform === 'darwin') return ['open', url]
  // Not `start`, which is a word of the shell and reads `&` as one of its own.
  return platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler', url] : ['xdg-open', url]
}

/**
 * Asks the operating system to open the page. Resolves to why that failed, as soon as that is known; to nothing when there is no sign of it.
 * The program that opens it is let go of: it may run for as long as the browser.
 */
export async function openBrowser(
  url: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  if (!URL.canParse(url) || !isSecureUrl(new URL(url))) return 'it is no https page'
  const [program, ...args] = browserCommand(new URL(url).href, platform)
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true, env: { ...env } })
    child.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ENOENT' ? `there is no ${program}` : `${program}: ${code}`))
    child.once('exit', (code) => resolve(code === 0 ? undefined : `${program} ended with ${code ?? 'a signal'}`))
    child.unref()
  })
}
