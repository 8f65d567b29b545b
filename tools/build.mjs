// @ts-check
/** Builds everything: types with `tsc -b`, programs with tools/bundle.mjs. What an older build left behind is swept away, so what is packed is what is written. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bundleStale } from './bundle.mjs'
import { filesUnder, packageFolders } from './files.mjs'
import { installed, root, run } from './steps.mjs'

/** Removes the types of sources that are gone. */
function sweep() {
  for (const folder of packageFolders()) {
    for (const ending of ['.d.ts', '.d.ts.map']) {
      for (const path of filesUnder(`${folder}/dist`, ending)) {
        const source = `${path.replace('/dist/', '/src/').slice(0, -ending.length)}.ts`
        if (!existsSync(join(root, source))) rmSync(join(root, path))
      }
    }
  }
}

/** `tsc -b`, then the bundles, then the sweep. @param {readonly string[]} [projects] */
export async function build(projects = []) {
  const result = await run(installed('tsc'), ['-b', ...projects])
  if (result.code !== 0) return result
  try {
    await bundleStale()
  } catch (error) {
    return { code: 1, output: `${error}\n` }
  }
  sweep()
  return result
}

if (process.argv[1] === import.meta.filename) {
  const { code, output } = await build(process.argv.slice(2))
  process.stdout.write(output)
  process.exitCode = code
}
