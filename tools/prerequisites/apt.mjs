// @ts-check
/** Packages of Debian and Ubuntu, where they may be installed. */
import { existsSync, readFileSync } from 'node:fs'
import { run } from '../steps.mjs'
import { onPath } from './prerequisite.mjs'

export function onDebian() {
  return (
    onPath('apt-get') !== undefined &&
    existsSync('/etc/os-release') &&
    /^ID(?:_LIKE)?=.*\bdebian\b/m.test(readFileSync('/etc/os-release', 'utf8'))
  )
}

/** The one command a person runs to have the packages. @param {readonly string[]} packages */
export const byApt = (packages) => `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`

/** Whether apt may be used here without asking anybody. */
export async function mayInstall() {
  return onDebian() && (process.getuid?.() === 0 || (await run('sudo', ['-n', 'true'])).code === 0)
}

/** Installs packages, and says so. @param {string} name of what they are needed for @param {readonly string[]} packages */
export async function install(name, packages) {
  const command = asRoot(['apt-get', 'install', '-y', '--no-install-recommends', ...packages])
  if (await attempt(name, command)) return
  // The lists of what there is may be missing or old.
  await attempt(name, asRoot(['apt-get', 'update']))
  await attempt(name, command)
}

/** @param {string[]} command */
const asRoot = (command) => (process.getuid?.() === 0 ? command : ['sudo', '-n', ...command])

/** Runs an installer and says so; shows the end of its output when it fails. @param {string} name @param {string[]} command */
export async function attempt(name, [program = '', ...args]) {
  console.log(`${name}: none found, running ${program} ${args.join(' ')}`)
  const { code, output } = await run(program, args, { env: { DEBIAN_FRONTEND: 'noninteractive' } })
  if (code !== 0) console.log(output.trimEnd().split('\n').slice(-5).join('\n'))
  return code === 0
}
