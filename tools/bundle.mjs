// @ts-check
/**
 * Makes one file of each package: a program that starts reads a dozen files instead of hundreds (bench/README.md, start).
 * What a package imports from others stays imported, so every class and every secret symbol exists once; what it imports late stays a file of
 * its own, so it is read late.
 */
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { filesUnder, packageFolders } from './files.mjs'
import { root } from './steps.mjs'

/** The sources that others start from: what `exports` offers, and the programs. @param {string} folder */
function entriesOf(folder) {
  /** @type {{ exports?: Record<string, string | Record<string, string>>, bin?: Record<string, string> }} */
  const { exports = {}, bin = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const offered = Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : [target['@countersign/source'] ?? '']))
  const programs = Object.values(bin).map((path) => path.replace('dist/', 'src/').replace(/\.js$/, '.ts'))
  return Object.fromEntries(
    [...offered, ...programs].map((path) => [path.replace('./src/', '').replace(/\.ts$/, ''), join(root, folder, path)]),
  )
}

/** @param {string} folder of a package */
async function bundle(folder) {
  const bundled = await rolldown({
    input: entriesOf(folder),
    cwd: join(root, folder),
    external: /^[^./]/,
    platform: 'node',
    tsconfig: false,
    transform: { target: 'es2023' },
    onLog(level, { message }) {
      if (level === 'warn') throw new Error(`${folder}: ${message}`)
    },
  })
  const { output } = await bundled.write({
    dir: join(root, folder, 'dist'),
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  })
  await bundled.close()
  const written = new Set(output.map(({ fileName }) => `${folder}/dist/${fileName}`))
  for (const path of [...filesUnder(`${folder}/dist`, '.js'), ...filesUnder(`${folder}/dist`, '.js.map')]) {
    if (!written.has(path)) rmSync(join(root, path))
  }
}

/** Whether something that goes into the bundle is younger than what came out. @param {string} folder */
function isStale(folder) {
  const madeAt = Object.keys(entriesOf(folder)).map((name) => changedAt(`${folder}/dist/${name}.js`))
  const parts = [...filesUnder(`${folder}/src`, '.ts'), `${folder}/package.json`, 'tools/bundle.mjs']
  return Math.max(...parts.map(changedAt)) > Math.min(...madeAt)
}

/** 0 when it is not there. @param {string} path */
const changedAt = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0

/** Bundles the packages whose sources have changed since. @throws Error when one cannot be bundled without a warning */
export async function bundleStale() {
  await Promise.all(packageFolders().filter(isStale).map(bundle))
}
