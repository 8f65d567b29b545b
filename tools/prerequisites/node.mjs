// @ts-check
/** The Node.js the packages promise to run on: package.json's "engines". */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../steps.mjs'

/** @type {import('./prerequisite.mjs').Prerequisite} */
export const node = {
  name: 'Node.js',
  provide: () => {
    const { engines } = /** @type {{ engines: { node: string } }} */ (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
    const [major = 0, minor = 0] = engines.node.replace(/^>=/, '').split('.').map(Number)
    const [ours = 0, ourMinor = 0] = process.versions.node.split('.').map(Number)
    const enough = ours > major || (ours === major && ourMinor >= minor)
    return Promise.resolve(
      enough
        ? { used: `${process.version} (${process.execPath})`, env: {} }
        : { missing: `${process.version} is older than ${engines.node}`, command: `nvm install ${major}` },
    )
  },
}
