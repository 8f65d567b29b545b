/** Module specifiers of TypeScript and JavaScript: relative ones, names of workspace members, `imports` and the aliases of tsconfig.json. */
import { posix } from 'node:path'
import type { Locate } from './modules.ts'
import { objectOf } from '../json-object.ts'

const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']
/** Folders of what a build writes, and where its source may lie. */
const BUILT = /(?:^|\/)(?:dist|build|lib|out|esm|cjs)\//
const SOURCES = ['src', 'source', 'lib', '']

interface Member {
  readonly folder: string
  readonly manifest: Readonly<Record<string, unknown>>
}

interface Aliases {
  readonly folder: string
  readonly base: string
  readonly paths: readonly (readonly [pattern: string, targets: readonly string[]])[]
}

export function scriptModules(texts: ReadonlyMap<string, string>): Locate {
  const members = new Map<string, Member>()
  const manifests: Member[] = []
  const aliases: Aliases[] = []
  for (const [path, text] of texts) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const folder = path.slice(0, -name.length)
    if (name === 'package.json') {
      const manifest = objectIn(text)
      manifests.push({ folder, manifest })
      if (typeof manifest['name'] === 'string' && !members.has(manifest['name'])) members.set(manifest['name'], { folder, manifest })
    } else if (/^(?:tsconfig|jsconfig)[\w.-]*\.json$/.test(name)) {
      const options = objectOf(objectIn(text)['compilerOptions'])
      const base = posix.join(folder === '' ? '.' : folder, typeof options['baseUrl'] === 'string' ? options['baseUrl'] : '.')
      const paths = Object.entries(objectOf(options['paths'])).map(([pattern, targets]) => [pattern, textsIn(targets)] as const)
      if (paths.length > 0 || options['baseUrl'] !== undefined) aliases.push({ folder, base, paths })
    }
  }
  aliases.sort((one, other) => other.folder.length - one.folder.length)
  manifests.sort((one, other) => other.folder.length - one.folder.length)
  const file = (path: string): readonly string[] => fileAt(texts, path)

  const inMember = ({ folder, manifest }: Member, inner: string): readonly string[] => {
    const exported = objectOf(manifest['exports'])
    const entry = inner === '' ? (exported['.'] ?? manifest['exports']) : exported[`./${inner}`]
    const told = [entry, ...(inner === '' ? [manifest['source'], manifest['module'], manifest['main'], manifest['types']] : [])].flatMap(
      textsIn,
    )
    const guessed = SOURCES.flatMap((source) => [posix.join(source, inner === '' ? 'index' : inner)])
    return first(
      [...told.flatMap((path) => [path, ...unbuilt(path)]), ...guessed].map((path) => posix.join(folder, path)),
      file,
    )
  }

  return (from, module) => {
    if (/^\.{0,2}\//.test(module) || module === '.' || module === '..') {
      return module.startsWith('/') ? [] : file(posix.join(posix.dirname(from), module))
    }
    if (module.startsWith('node:')) return []
    if (module.startsWith('#')) {
      const own = manifests.find(({ folder }) => from.startsWith(folder))
      const targets = own === undefined ? [] : textsIn(objectOf(own.manifest['imports'])[module])
      return first(
        targets.flatMap((path) => [path, ...unbuilt(path)]).map((path) => posix.join(own?.folder ?? '', path)),
        file,
      )
    }
    const name = module
      .split('/')
      .slice(0, module.startsWith('@') ? 2 : 1)
      .join('/')
    const member = members.get(name)
    if (member !== undefined) {
      const found = inMember(member, module.slice(name.length + 1))
      if (found.length > 0) return found
    }
    for (const { folder, base, paths } of aliases) {
      if (!from.startsWith(folder)) continue
      const targets = paths.flatMap(([pattern, to]) => {
        const [head, tail] = pattern.split('*')
        if (tail === undefined) return pattern === module ? to : []
        if (!module.startsWith(head ?? '') || !module.endsWith(tail)) return []
        return to.map((target) => target.replace('*', module.slice((head ?? '').length, module.length - tail.length)))
      })
      const found = first(
        [...targets, module].map((path) => posix.join(base, path)),
        file,
      )
      if (found.length > 0) return found
    }
    // `@/` and `~/` stand for the source folder in most templates, whatever tool resolves them.
    const inner = /^[@~]\/(.+)$/.exec(module)?.[1]
    if (inner === undefined) return []
    const own = manifests.find(({ folder }) => from.startsWith(folder))?.folder ?? ''
    return first(
      ['src', '', 'app'].map((source) => posix.join(own, source, inner)),
      file,
    )
  }
}

function first(paths: readonly string[], file: (path: string) => readonly string[]): readonly string[] {
  for (const path of paths) {
    const found = file(path)
    if (found.length > 0) return found
  }
  return []
}

/** Where the source of a built file may lie. */
function unbuilt(path: string): string[] {
  const clean = posix.normalize(path)
  const bare = clean.replace(/(?:\.d)?\.[cm]?[jt]sx?$/, '')
  return BUILT.test(clean)
    ? SOURCES.map((source) => bare.replace(BUILT, (found) => `${found.startsWith('/') ? '/' : ''}${source}/`))
    : [bare]
}

/** A path as it is, with another ending, or the index of a folder. */
function fileAt(texts: ReadonlyMap<string, string>, path: string): readonly string[] {
  const clean = posix.normalize(path)
  const bare = clean.replace(/\.[cm]?[jt]sx?$/, '')
  const tries = [clean, ...ENDINGS.map((ending) => bare + ending), ...ENDINGS.map((ending) => `${clean}${ending}`)]
  const index = ENDINGS.map((ending) => (clean === '.' ? `index${ending}` : `${clean.replace(/\/$/, '')}/index${ending}`))
  const found = [...tries, ...index].find((each) => ENDINGS.some((ending) => each.endsWith(ending)) && texts.has(each))
  return found === undefined ? [] : [found]
}

/** All texts in a value, however deep: conditions of `exports` are all tried. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** JSON as editors write it: comments and commas too many are passed over. What is no JSON says nothing. */
function objectIn(text: string): Readonly<Record<string, unknown>> {
  for (const attempt of [text, text.replace(/\/\*[^]*?\*\/|(?<=^|[\s,{[])\/\/[^\n]*/g, '').replace(/,(?=\s*[}\]])/g, '')]) {
    try {
      return objectOf(JSON.parse(attempt))
    } catch {
      // The next attempt, or nothing.
    }
  }
  return {}
}
