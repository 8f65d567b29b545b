// @ts-check
/**
 * Makes one file of each package: a program that starts reads a dozen files instead of hundreds (bench/README.md, start).
 * What a package imports from others stays imported, so every class and every secret symbol exists once; what it imports late stays a file of
 * its own, so it is read late. A program that nobody imports has all of it inside (docs/adr/0012-one-file-a-package.md).
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { filesUnder, packageFolders } from './files.mjs'
import { root } from './steps.mjs'

/** @typedef {{ exports?: Record<string, string | Record<string, string>>, bin?: Record<string, string>, dependencies?: Record<string, string> }} Manifest */

/** @param {string} folder @returns {Manifest} */
const manifestOf = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))

/** Sources by the names of what is made of them. @param {string} folder @param {readonly string[]} paths */
const named = (folder, paths) =>
  Object.fromEntries(paths.map((path) => [path.replace('./src/', '').replace(/\.ts$/, ''), join(root, folder, path)]))

/** The sources that others import: what `exports` offers. @param {string} folder */
function entriesOf(folder) {
  const { exports = {} } = manifestOf(folder)
  return named(
    folder,
    Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : [target['@countersign/source'] ?? ''])),
  )
}

/** The sources of what `bin` offers. @param {string} folder */
function programsOf(folder) {
  const { bin = {} } = manifestOf(folder)
  return named(
    folder,
    Object.values(bin).map((path) => path.replace('dist/', 'src/').replace(/\.cjs$/, '.ts')),
  )
}

/** @param {string} folder @param {Record<string, string>} input @returns {import('rolldown').InputOptions} */
const common = (folder, input) => ({
  input,
  cwd: join(root, folder),
  platform: 'node',
  tsconfig: false,
  transform: { target: 'es2023' },
  onLog(level, { message }) {
    if (level === 'warn') throw new Error(`${folder}: ${message}`)
  },
})

/** @param {string} folder of a package */
async function bundle(folder) {
  const [modules, programs] = [entriesOf(folder), programsOf(folder)]
  const output = [
    ...(Object.keys(modules).length === 0 ? [] : await bundleModules(folder, modules)),
    ...(Object.keys(programs).length === 0 ? [] : await bundlePrograms(folder, programs)),
  ]
  const written = new Set(output.map(({ fileName }) => `${folder}/dist/${fileName}`))
  for (const path of ['.js', '.js.map', '.cjs'].flatMap((ending) => filesUnder(`${folder}/dist`, ending))) {
    if (!written.has(path)) rmSync(join(root, path))
  }
}

/** @param {string} folder @param {Record<string, string>} input */
async function bundleModules(folder, input) {
  const bundled = await rolldown({ ...common(folder, input), external: (id) => /^[^./]/.test(id) && !INSIDE.test(id) })
  const { output } = await bundled.write({
    dir: join(root, folder, 'dist'),
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: { groups: [{ name: 'others', test: NOT_OURS }] },
  })
  await bundled.close()
  const foreign = output.filter((each) => each.type === 'chunk').filter(({ moduleIds }) => moduleIds.every((id) => NOT_OURS.test(id)))
  for (const { fileName, code } of foreign) {
    writeFileSync(join(root, folder, 'dist', fileName), code.replace(/^\/\/# sourceMappingURL=.*\n?/m, ''))
  }
  writeLicences(folder, foreign)
  // A map of what others wrote would lead to sources that are not in the package.
  const maps = foreign.map(({ fileName }) => `${fileName}.map`)
  return output.filter(({ fileName }) => !maps.includes(fileName))
}

/**
 * Taken in by a package that others import, too: the two files of a library that are used. All of it would bring fifteen more packages
 * (docs/adr/0014-keyring-over-d-bus.md).
 */
const INSIDE = /^(?:@homebridge\/dbus-native\/|long$|safe-buffer$)/
/** Modules of packages from elsewhere, and what the bundler adds. */
const NOT_OURS = /[/\\]node_modules[/\\]|^\0/

/** What commander loads to run commands that are programs of their own. There are none, and it costs as much as commander itself. */
const withoutChildren = {
  name: 'without-children',
  /** @param {string} id @param {string | undefined} importer */
  resolveId: (id, importer) => (id === 'node:child_process' && importer?.includes('/commander/') === true ? '\0none' : undefined),
  /** @param {string} id */
  load: (id) => (id === '\0none' ? 'export default {}' : undefined),
}

/**
 * CommonJS, because Node.js starts that sooner, and one file of what is needed by most.
 * @param {string} folder @param {Record<string, string>} input
 */
async function bundlePrograms(folder, input) {
  const bundled = await rolldown({
    ...common(folder, input),
    // What was written as modules can be taken apart; a UMD wrapper looks for its parts when it runs, and they are not there.
    resolve: { conditionNames: ['@countersign/source', 'import', 'node', 'default'], mainFields: ['module', 'main'] },
    external: (id) => OUTSIDE.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [withoutChildren],
  })
  const often = await modulesOf(bundled, OFTEN)
  const { output } = await bundled.write({
    dir: join(root, folder, 'dist'),
    format: 'cjs',
    comments: { legal: true, annotation: false, jsdoc: false },
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: { groups: [{ name: 'often', test: (id) => often.has(id) }] },
  })
  await bundled.close()
  writeLicences(
    folder,
    output.filter((each) => each.type === 'chunk'),
  )
  return output
}

/** @param {string} folder @param {readonly { readonly moduleIds: readonly string[] }[]} chunks */
function writeLicences(folder, chunks) {
  const licences = licencesOf(chunks.flatMap(({ moduleIds }) => moduleIds))
  if (licences !== '') writeFileSync(join(root, folder, 'dist/licences.txt'), licences)
}

/** What the authors of the packages inside want to be said wherever their code goes. @param {readonly string[]} moduleIds */
function licencesOf(moduleIds) {
  const names = moduleIds.flatMap((id) => /.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(id) ?? [])
  const folders = [...new Set(names)].sort()
  return folders
    .map((path) => {
      const { name, version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
      const file = readdirSync(path).find((each) => /^licen[cs]e/i.test(each))
      if (file === undefined) throw new Error(`${name} has no licence to pass on`)
      return `${name} ${version}\n\n${readFileSync(join(path, file), 'utf8').trim()}\n`
    })
    .join('\n\n')
}

/** Installed beside the program: packages that are there only for some, and one that is larger than all of it. */
const OUTSIDE = ['@countersign/audit', '@countersign/server', 'undici']
/** What is called a hundred times a day stands in the file that is read anyway. */
const OFTEN = /[/\\](?:main|program-sign-in|commands[/\\]token)\.ts$/

/** The modules that the chunk of a module needs before it runs. @param {import('rolldown').RolldownBuild} bundled @param {RegExp} wanted */
async function modulesOf(bundled, wanted) {
  const { output } = await bundled.generate({ format: 'cjs' })
  const chunks = output.filter((each) => each.type === 'chunk')
  /** @type {Set<string>} */
  const found = new Set()
  /** @param {string} fileName */
  const collect = (fileName) => {
    const chunk = chunks.find((each) => each.fileName === fileName)
    if (chunk === undefined || chunk.moduleIds.every((id) => found.has(id))) return
    for (const id of chunk.moduleIds) found.add(id)
    for (const imported of chunk.imports) collect(imported)
  }
  for (const { fileName, moduleIds } of chunks) if (moduleIds.some((id) => wanted.test(id))) collect(fileName)
  return found
}

/** Whether something that goes into the bundle is younger than what came out. @param {string} folder */
function isStale(folder) {
  const programs = Object.keys(programsOf(folder))
  const made = [...Object.keys(entriesOf(folder)).map((name) => `${name}.js`), ...programs.map((name) => `${name}.cjs`)]
  const madeAt = made.map((name) => changedAt(`${folder}/dist/${name}`))
  const within = programs.length === 0 ? [folder] : packageFolders()
  const parts = [...within.flatMap((each) => filesUnder(`${each}/src`, '.ts')), `${folder}/package.json`, 'tools/bundle.mjs']
  return Math.max(...parts.map(changedAt)) > Math.min(...madeAt)
}

/** 0 when it is not there. @param {string} path */
const changedAt = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0

/** Bundles the packages whose sources have changed since. @throws Error when one cannot be bundled without a warning */
export async function bundleStale() {
  await Promise.all(packageFolders().filter(isStale).map(bundle))
}
