// @ts-check
/** Builds everything with `tsc -b` and sweeps away what an older build left behind, so that what is packed is what is written. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { filesUnder, packageFolders } from './files.mjs'
import { installed, root, run } from './steps.mjs'

/** Removes built files whose source is gone; returns their paths. */
export function sweep() {
  const orphans = packageFolders()
    .flatMap((folder) => ['.js', '.js.map', '.d.ts', '.d.ts.map'].flatMap((ending) => builtFiles(folder, ending)))
    .filter(({ source }) => !existsSync(join(root, source)))
    .map(({ path }) => path)
  for (const path of orphans) rmSync(join(root, path))
  return orphans
}

/** @param {string} folder @param {string} ending */
function builtFiles(folder, ending) {
  return filesUnder(`${folder}/dist`, ending)
    .filter((path) => ending !== '.js.map' || !path.endsWith('.d.ts.map'))
    .map((path) => ({ path, source: `${path.replace('/dist/', '/src/').slice(0, -ending.length)}.ts` }))
}

/** `tsc -b`, then the sweep. @param {readonly string[]} [projects] */
export async function build(projects = []) {
  const result = await run(installed('tsc'), ['-b', ...projects])
  if (result.code === 0) sweep()
  return result
}

if (process.argv[1] === import.meta.filename) {
  const { code, output } = await build(process.argv.slice(2))
  process.stdout.write(output)
  process.exitCode = code
}
