// @ts-check
/**
 * The conformance suite of MCP, and a Node.js that is new enough for it. Both stay apart from everything else, in a folder of their own
 * below node_modules/.cache, pinned to the last package by conformance/package-lock.json. Told to the tests as COUNTERSIGN_TEST_CONFORMANCE
 * (the suite) and COUNTERSIGN_TEST_CONFORMANCE_NODE (what runs it).
 */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root, run } from '../steps.mjs'

const MANIFESTS = join(root, 'tools/prerequisites/conformance')
const SUITE = 'node_modules/@modelcontextprotocol/conformance/dist/index.js'
/** The suite calls what came with this release, and says so nowhere. */
const OLDEST_NODE = 22

/** @type {import('./prerequisite.mjs').Prerequisite} */
export const conformance = {
  name: 'MCP conformance suite',
  provide: async () => {
    const folder = folderOf(readFileSync(join(MANIFESTS, 'package-lock.json')))
    const there = await search(folder)
    if (there !== undefined) return provision(there, 'found')
    const install = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...(ownNode() === undefined ? [] : ['--omit=optional'])]
    console.log(`conformance suite: none found, running npm ${install.join(' ')} in ${relative(root, folder)}`)
    mkdirSync(folder, { recursive: true })
    for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(MANIFESTS, name), join(folder, name))
    const { code, output } = await run('npm', install, { cwd: folder })
    if (code !== 0) console.log(output.trimEnd().split('\n').slice(-5).join('\n'))
    const fresh = await search(folder)
    if (fresh !== undefined) return provision(fresh, 'installed now')
    const missing = `no conformance suite that starts; it wants Node.js ${OLDEST_NODE}, and npm has none for ${process.platform} ${process.arch}, or could not be reached`
    return { missing, command: `npm --prefix ${relative(root, folder)} ${install.join(' ')}` }
  },
}

/** @typedef {{ suite: string, node: string, version: string }} Installed */

/** @param {Installed} installed @param {string} how @returns {import('./prerequisite.mjs').Provision} */
const provision = ({ suite, node, version }, how) => ({
  used: `${version} on ${node === process.execPath ? 'this Node.js' : relative(root, node)} (${how})`,
  env: { COUNTERSIGN_TEST_CONFORMANCE: suite, COUNTERSIGN_TEST_CONFORMANCE_NODE: node },
})

/** Another lock file is another folder, so an old one is never taken for the new. @param {Buffer} lock */
function folderOf(lock) {
  return join(root, 'node_modules/.cache/conformance', createHash('sha256').update(lock).digest('hex').slice(0, 12))
}

/** What is installed there and starts; undefined when it is absent or half there. @param {string} folder @returns {Promise<Installed | undefined>} */
async function search(folder) {
  const suite = join(folder, SUITE)
  const node = ownNode() ?? packagedNode(folder)
  if (!existsSync(suite) || node === undefined) return undefined
  const { code, output } = await run(node, [suite, '--version'])
  return code === 0 ? { suite, node, version: output.trim() } : undefined
}

/** The Node.js that runs this, when it is new enough. */
function ownNode() {
  return Number(process.versions.node.split('.')[0]) >= OLDEST_NODE ? process.execPath : undefined
}

/** The one that npm has for this platform: a plain program, which needs no installing. @param {string} folder */
function packagedNode(folder) {
  const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const names = [`node-${platform}`, `node-bin-${platform}`]
  const program = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'
  return names.map((name) => join(folder, 'node_modules', name, program)).find(existsSync)
}
