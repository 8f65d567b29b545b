/** Which files of a target a module specifier means: relative paths, members of a workspace, aliases, packages of Python and of Go. */
import { languageOf } from '../parse/language.ts'
import { scriptModules } from './script-modules.ts'

/** The files that `module` means in the file `from`, nearest first; empty for what lies outside of the target. */
export type Locate = (from: string, module: string) => readonly string[]

/** A module that is in more places than this is in none in particular. */
const MOST = 4

export function locatorOf(texts: ReadonlyMap<string, string>): Locate {
  const script = scriptModules(texts)
  const python = pythonModules(texts)
  const go = goModules(texts)
  const known = new Map<string, readonly string[]>()
  return (from, module) => {
    const key = `${folderOf(from)}\n${module}`
    const before = known.get(key)
    if (before !== undefined) return before
    const language = languageOf(from)?.[0]
    const found = language === 'python' ? python(from, module) : language === 'go' ? go(module) : script(from, module)
    known.set(key, found)
    return found
  }
}

export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

/** `.wire` and `..wire` count from the file; `a.b` is wherever a folder is on the path of the interpreter: anywhere. */
function pythonModules(texts: ReadonlyMap<string, string>): Locate {
  const byStem = new Map<string, string[]>()
  for (const path of texts.keys()) {
    if (!path.endsWith('.py')) continue
    const parts = path.slice(0, -3).split('/')
    const stem = (parts.at(-1) === '__init__' ? parts.at(-2) : parts.at(-1)) ?? ''
    const paths = byStem.get(stem)
    if (paths === undefined) byStem.set(stem, [path])
    else paths.push(path)
  }
  return (from, module) => {
    const dots = /^\.*/.exec(module)?.[0].length ?? 0
    const parts = module
      .slice(dots)
      .split('.')
      .filter((part) => part !== '')
    if (dots > 0) {
      const folder = from.split('/').slice(0, -dots)
      const base = [...folder, ...parts].join('/')
      return [`${base}.py`, base === '' ? '__init__.py' : `${base}/__init__.py`].filter((path) => texts.has(path))
    }
    const end = parts.join('/')
    const places = (byStem.get(parts.at(-1) ?? '') ?? []).filter((path) =>
      [`${end}.py`, `${end}/__init__.py`].some((tail) => path === tail || path.endsWith(`/${tail}`)),
    )
    return nearest(places, from)
  }
}

/** A package is a folder below that of its `go.mod`; where there is none, wherever the end of the path is a folder. */
function goModules(texts: ReadonlyMap<string, string>): (module: string) => readonly string[] {
  const byFolder = new Map<string, string[]>()
  const roots: (readonly [name: string, folder: string])[] = []
  for (const [path, text] of texts) {
    if (path === 'go.mod' || path.endsWith('/go.mod')) roots.push([/^module\s+(\S+)/m.exec(text)?.[1] ?? '', folderOf(path)])
    if (!path.endsWith('.go')) continue
    const folder = folderOf(path).slice(0, -1)
    const paths = byFolder.get(folder)
    if (paths === undefined) byFolder.set(folder, [path])
    else paths.push(path)
  }
  return (module) => {
    for (const [name, folder] of roots) {
      if (name === '' || (module !== name && !module.startsWith(`${name}/`))) continue
      return byFolder.get(`${folder}${module.slice(name.length + 1)}`.replace(/\/$/, '')) ?? []
    }
    const parts = module.split('/')
    // The standard library has no dot in its first part.
    if (roots.length > 0 || !(parts[0] ?? '').includes('.')) return []
    for (let at = 1; at < parts.length; at++) {
      const found = byFolder.get(parts.slice(at).join('/'))
      if (found !== undefined) return found
    }
    return []
  }
}

/** Those that share the longest beginning with a path first. */
function nearest(paths: readonly string[], from: string): readonly string[] {
  if (paths.length <= 1) return paths
  const shared = (path: string): number => {
    const [one, other] = [path.split('/'), from.split('/')]
    const different = one.findIndex((part, index) => part !== other[index])
    return different < 0 ? one.length : different
  }
  const sorted = [...paths].sort((one, other) => shared(other) - shared(one))
  const best = shared(sorted[0] ?? '')
  const close = sorted.filter((path) => shared(path) === best)
  return close.length > MOST ? [] : close
}
