// @ts-check
/**
 * Bun and Deno, for what has to run there too. They stay apart from everything else, in a folder of their own below node_modules/.cache, in
 * exactly these versions. Told to the tests as COUNTERSIGN_TEST_BUN and COUNTERSIGN_TEST_DENO.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root, run } from '../steps.mjs'
import { isExecutable } from './prerequisite.mjs'

/** npm has each as a plain program, in a package for each platform: no lock file, because one for all would need packages that are not for this one. */
const BUN = '1.4.5'
const DENO = '2.9.6'

const { platform, arch } = process
const bunPackage = arch === 'arm64' ? `@oven/bun-${platform}-aarch64` : `@oven/bun-${platform}-x64-baseline`
const denoPackage = platform === 'linux' ? `@deno/linux-${arch}-glibc` : `@deno/${platform}-${arch}`

const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${bunPackage}@${BUN}`, `${denoPackage}@${DENO}`]

/** @type {import('./prerequisite.mjs').Prerequisite} */
export const runtimes = {
  name: 'Bun and Deno',
  provide: async () => {
    const folder = join(root, 'node_modules/.cache/runtimes', `bun-${BUN}-deno-${DENO}`)
    const there = await search(folder)
    if (there !== undefined) return provision(there, 'found')
    console.log(`Bun and Deno: not found, running npm ${INSTALL.join(' ')} in ${relative(root, folder)}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    const { code, output } = await run('npm', INSTALL, { cwd: folder })
    if (code !== 0) console.log(output.trimEnd().split('\n').slice(-5).join('\n'))
    const fresh = await search(folder)
    if (fresh !== undefined) return provision(fresh, 'installed now')
    const missing = `no Bun or no Deno that starts; npm has none for ${platform} ${arch}, or could not be reached`
    return { missing, command: `npm --prefix ${relative(root, folder)} ${INSTALL.join(' ')}` }
  },
}

/** @typedef {{ bun: string, deno: string, versions: string }} Found */

/** @param {Found} found @param {string} how @returns {import('./prerequisite.mjs').Provision} */
const provision = ({ bun, deno, versions }, how) => ({
  used: `${versions} (${how})`,
  env: { COUNTERSIGN_TEST_BUN: bun, COUNTERSIGN_TEST_DENO: deno },
})

/** @param {string} folder @returns {Promise<Found | undefined>} */
async function search(folder) {
  const bun = join(folder, 'node_modules', bunPackage, 'bin/bun')
  const deno = join(folder, 'node_modules', denoPackage, 'deno')
  if (!isExecutable(bun) || !isExecutable(deno)) return undefined
  const told = await Promise.all([run(bun, ['--version']), run(deno, ['--version'])])
  if (told.some(({ code }) => code !== 0)) return undefined
  const [bunVersion = '', denoVersion = ''] = told.map(({ output }) => output.trim().split('\n')[0])
  return { bun, deno, versions: `Bun ${bunVersion}, ${denoVersion}` }
}
