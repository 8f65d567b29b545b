import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root, run } from '../../tools/steps.mjs'
import { packages } from './sources.ts'

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

/** What the person who installs gets: the built code, the sources its maps point at, and the papers. */
function expected(sources: Iterable<string>, folder: string): string[] {
  const written = [...sources].map((path) => path.slice(folder.length + 1))
  const built = written
    .map((path) => path.replace(/^src\//, 'dist/').replace(/\.ts$/, ''))
    .flatMap((path) => ['.d.ts', '.d.ts.map'].map((ending) => path + ending))
  return [...written, ...built, 'LICENSE', 'package.json']
}

/** The bundle: what the manifest offers, the parts that are read late, and the licences of what others wrote of it. */
const isProgram = (path: string) => /^dist\/(?:.*\.(?:js(?:\.map)?|cjs)|licences\.txt)$/.test(path)

describe.each(packages)('the tarball of $manifest.name', ({ folder, manifest, sources }) => {
  const files = packed.find(({ name }) => name === manifest.name)?.files.map(({ path }) => path) ?? []

  test('holds each source, what is built from it, and nothing else', () => {
    const wanted = new Set(expected(sources.keys(), folder))
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
    expect(maps).not.toEqual([])
    for (const path of maps) {
      const { sources: from } = JSON.parse(readFileSync(join(root, folder, path), 'utf8')) as { readonly sources: readonly string[] }
      expect(from.map((source) => join(dirname(path), source)).filter((source) => !files.includes(source))).toEqual([])
    }
  })

  test('carries the licence of the repository', () => {
    expect(readFileSync(join(root, folder, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  })
})
