import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root, run } from '../../tools/steps.mjs'
import { packages } from './sources.ts'

interface Packed {
  readonly name: string
  readonly files: readonly { readonly path: string }[]
}

const folders = packages.flatMap(({ folder }) => ['--workspace', folder])
const packing = await run('npm', ['pack', '--dry-run', '--json', '--loglevel=error', ...folders])
const packed = JSON.parse(packing.output.slice(packing.output.indexOf('['))) as readonly Packed[]

/** What the person who installs gets: the built code, the sources its maps point at, and the papers. */
function expected(sources: Iterable<string>, folder: string): string[] {
  const written = [...sources].map((path) => path.slice(folder.length + 1))
  const built = written
    .map((path) => path.replace(/^src\//, 'dist/').replace(/\.ts$/, ''))
    .flatMap((path) => ['.js', '.js.map', '.d.ts', '.d.ts.map'].map((ending) => path + ending))
  return [...written, ...built, 'LICENSE', 'package.json']
}

describe.each(packages)('the tarball of $manifest.name', ({ folder, manifest, sources }) => {
  const files = packed.find(({ name }) => name === manifest.name)?.files.map(({ path }) => path) ?? []

  test('holds each source, what is built from it, and nothing else', () => {
    const wanted = new Set(expected(sources.keys(), folder))
    expect([...wanted].filter((path) => !files.includes(path))).toEqual([])
    expect(files.filter((path) => !wanted.has(path) && path !== 'README.md')).toEqual([])
  })

  test('carries the licence of the repository', () => {
    expect(readFileSync(join(root, folder, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  })
})
