import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root, run } from '../../tools/steps.mjs'
import { type Manifest, packages } from './sources.ts'

interface Packed {
  readonly name: string
  readonly files: readonly { readonly path: string }[]
}

interface Offer {
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly bin?: Readonly<Record<string, string>>
}

const folders = packages.flatMap(({ folder }) => ['--workspace', folder])
const packing = await run('npm', ['pack', '--dry-run', '--json', '--loglevel=error', ...folders])
const packed = JSON.parse(packing.output.slice(packing.output.indexOf('['))) as readonly Packed[]

/** Neither source nor built from it: what the auditor parses with (docs/adr/0011-grammars-of-the-auditor.md), and what describes its reports. */
const ENCLOSED = /^(?:grammars\/|schema\/report-\d+\.json$)/

/** What the person who installs gets: the built code, the sources its maps point at, and the papers; of a program nothing but itself and the papers. */
function expected(sources: Iterable<string>, folder: string, isImported: boolean): string[] {
  if (!isImported) return ['LICENSE', 'package.json', 'dist/licences.txt']
  const written = [...sources].map((path) => path.slice(folder.length + 1))
  const built = written
    .map((path) => path.replace(/^src\//, 'dist/').replace(/\.ts$/, ''))
    .flatMap((path) => ['.d.ts', '.d.ts.map'].map((ending) => path + ending))
  return [...written, ...built, 'LICENSE', 'package.json']
}

/** The bundle: what the manifest offers, the parts that are read late, and the licences of what others wrote of it. */
const isProgram = (path: string) => /^dist\/(?:.*\.(?:js(?:\.map)?|cjs)|licences\.txt)$/.test(path)

/** How the bundler marks where a module of another package begins. */
const MODULE_OF = /^\/\/ .*node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\//gm

describe.each(packages)('the tarball of $manifest.name', ({ folder, manifest, sources }) => {
  const files = packed.find(({ name }) => name === manifest.name)?.files.map(({ path }) => path) ?? []

  test('holds each source, what is built from it, and nothing else', () => {
    const wanted = new Set(expected(sources.keys(), folder, manifest.bin === undefined))
    expect([...wanted].filter((path) => !files.includes(path))).toEqual([])
    expect(files.filter((path) => !wanted.has(path) && !isProgram(path) && path !== 'README.md' && !ENCLOSED.test(path))).toEqual([])
  })

  test('holds what its manifest offers, and programs whose maps lead to sources in it', () => {
    const { exports = {}, bin = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Offer
    const offered = [
      ...Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry))),
      ...Object.values(bin),
    ]
    expect(offered.map((path) => path.replace('./', '')).filter((path) => !files.includes(path))).toEqual([])
    const maps = files.filter((path) => path.endsWith('.js.map'))
    expect(maps.length > 0).toBe(manifest.bin === undefined)
    for (const path of maps) {
      const { sources: from } = JSON.parse(readFileSync(join(root, folder, path), 'utf8')) as { readonly sources: readonly string[] }
      expect(from.map((source) => join(dirname(path), source)).filter((source) => !files.includes(source))).toEqual([])
    }
  })

  test('says whose the code in it is that others wrote', () => {
    const programs = files.filter((path) => /^dist\/.*\.c?js$/.test(path)).map((path) => readFileSync(join(root, folder, path), 'utf8'))
    const names = new Set(programs.flatMap((code) => [...code.matchAll(MODULE_OF)].map(([, name]) => name)))
    const licences = files.includes('dist/licences.txt') ? readFileSync(join(root, folder, 'dist/licences.txt'), 'utf8') : ''
    const told = new Set([...licences.matchAll(/^(@?[a-z][\w./-]*) \d+\.\d+\.\d+$/gm)].map(([, name]) => name))
    expect([...told].sort()).toEqual([...names].sort())
    if (manifest.name === '@countersign/node') expect(told).toContain('@homebridge/dbus-native')
  })

  test('carries the licence of the repository', () => {
    expect(readFileSync(join(root, folder, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  })
})

describe('what `npx countersign` brings along', () => {
  interface Installed {
    readonly name: string
    readonly version: string
    readonly folder: string
    readonly os?: readonly string[]
    readonly scripts?: Readonly<Record<string, string>>
  }

  /** Where Node.js would find a package, seen from a folder. */
  function found(name: string, from: string): string | undefined {
    const folder = join(from, 'node_modules', name)
    if (existsSync(folder)) return realpathSync(folder)
    return dirname(from) === from ? undefined : found(name, dirname(from))
  }

  /** The package in a folder and all it needs, with what is there of what it may have. */
  function closure(folder: string, known = new Map<string, Installed>()): ReadonlyMap<string, Installed> {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Installed & Manifest
    if (known.has(folder)) return known
    known.set(folder, { ...manifest, folder })
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
      const next = found(name, folder)
      if (next === undefined && name in (manifest.dependencies ?? {})) throw new Error(`${name} is not installed`)
      if (next !== undefined) closure(next, known)
    }
    return known
  }

  const all = [...closure(join(root, 'packages/cli')).values()]
  /** The keychain of one operating system, as a machine program: npm takes the one that fits, and on Linux there is none. */
  const isPrebuilt = ({ os }: Installed) => os !== undefined

  test('is fewer than 25 packages, none of which runs anything when it is installed', () => {
    expect(all.map(({ name }) => name)).toContain('undici')
    expect(all.length).toBeLessThan(25)
    expect(all.filter(isPrebuilt)).toHaveLength(process.platform === 'linux' ? 0 : 1)
    const running = all.flatMap(({ name, scripts = {} }) =>
      ['preinstall', 'install', 'postinstall'].filter((script) => script in scripts).map((script) => `${name}: ${script}`),
    )
    expect(running).toEqual([])
  })

  test('weighs less than 1.5 MB', async () => {
    const folders = all.map(({ folder }) => folder)
    const weighing = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error', ...folders])
    const weighed = JSON.parse(weighing.output.slice(weighing.output.indexOf('['))) as readonly { readonly size: number }[]
    expect(weighed).toHaveLength(folders.length)
    expect(weighed.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(1_500_000)
  })

  test('leaves out what only some need; the command names it with the line that installs it (packages/cli/test/serve.test.ts)', () => {
    expect(all.map(({ name }) => name).filter((name) => name === '@countersign/server' || name === '@countersign/audit')).toEqual([])
  })
})
