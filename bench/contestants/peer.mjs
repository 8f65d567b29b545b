// @ts-check
/** Peers are installed apart, in bench/peers: their packages are no part of this project, and nobody who does not measure needs them. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnSync } from 'node:child_process'

const folder = fileURLToPath(new URL('../peers/', import.meta.url))

/** @param {string} name */
export const peerFile = (name) => join(folder, `${name}.mjs`)

/** Why a peer that is a package cannot run, if it cannot. @param {string} name */
export function missingPeer(name) {
  return existsSync(join(folder, 'node_modules', name)) ? undefined : 'not installed'
}

/** Installs the peers as their lock file has them, once; install scripts are not run. @param {(line: string) => void} say */
export function installPeers(say) {
  const { dependencies } = readJson(join(folder, 'package.json'))
  if (Object.entries(dependencies).every(([name, version]) => installedVersion(name) === version)) return
  say('installing the peers in bench/peers (npm ci, about 60 MB; once)')
  // The npm that started this program, or the one beside this Node.js.
  const beside = join(dirname(process.execPath), process.platform === 'win32' ? 'npm.cmd' : 'npm')
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  const npm = process.env['npm_execpath']
  const [file, args] = npm?.endsWith('.js') === true ? [process.execPath, [npm, ...options]] : [beside, options]
  const { status, stderr } = spawnSync(file, args, { cwd: folder, encoding: 'utf8', env: withoutNpm() })
  if (status !== 0) say(`they could not be installed, so they are left out:\n${stderr}`)
}

/** @param {string} name */
function installedVersion(name) {
  const file = join(folder, 'node_modules', name, 'package.json')
  return existsSync(file) ? readJson(file).version : undefined
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** npm tells its scripts about the project it started them for, which is not the one to install. */
function withoutNpm() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config_local_prefix|package_|lifecycle_)|^INIT_CWD$/.test(name)),
  )
}
