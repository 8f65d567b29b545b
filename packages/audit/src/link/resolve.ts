/** What a call means: by the imports of its file where they say so, by names where only names are left. */
import type { Call, Func, Node, SourceFile } from '../neutral/tree.ts'
import { lastName, nodesIn, pathOf, wordOf } from '../neutral/walk.ts'
import { wholePath } from '../collect/bundles.ts'
import { methodsBy } from './classes.ts'
import { folderOf, type Locate } from './modules.ts'

/** Names that so many things have that a call by one of them says nothing about whose method it is. */
const COMMON = new Set(
  'get set has add find findone findunique findfirst delete remove create update save post put send do run execute exec query error new init close open read write string value next then map filter push append join log info debug warn warning json text parse format copy from_dict to_dict start stop wait lock unlock all first last count call apply bind load dump keys values items split replace test match is match_all scan begin commit rollback print printf println sleep validate handle name id len min max toString toLowerCase toUpperCase trim startsWith endsWith includes indexOf slice splice concat sort reverse flat flatMap some every reduce forEach catch finally'
    .toLowerCase()
    .split(' '),
)
/** What the language brings has no functions of the project. */
const BUILT_IN = new Set(
  'Date Math JSON Object Promise Array Number String Symbol Reflect Buffer BigInt Atomics Intl console process'.split(' '),
)

/** Whether a name by itself says whose it is. */
export function isTelling(name: string): boolean {
  return !COMMON.has(name.toLowerCase()) && !COMMON.has(wordOf(name))
}

/** Re-exports are followed so far. */
const DEEPEST = 4

export type Resolve = (call: Call, from: Func) => readonly Func[]

/** @param named all functions by their names */
export function resolverOf(files: readonly SourceFile[], named: ReadonlyMap<string, readonly Func[]>, locate: Locate): Resolve {
  const byPath = new Map<string, SourceFile[]>()
  for (const file of files) byPath.set(wholePath(file.path), [...(byPath.get(wholePath(file.path)) ?? []), file])
  const known = new Map<Call, readonly Func[]>()
  const methods = methodsBy(files, named)

  /** The functions that a module of the target gives under a name; undefined when it lies outside, or was not read. */
  const given = (from: SourceFile, module: string, name: string, depth = 0): readonly Func[] | undefined => {
    const paths = [...locate(from.path, module)]
    if (from.language === 'python') paths.push(...locate(from.path, `${module}${module.endsWith('.') ? '' : '.'}${name}`))
    const targets = paths.flatMap((path) => byPath.get(path) ?? [])
    if (targets.length === 0) return paths.length === 0 ? undefined : []
    const own = (named.get(name) ?? []).filter((func) => func.owner === '' && targets.includes(func.file))
    if (own.length > 0 || depth >= DEEPEST) return own
    for (const file of targets) {
      for (const { module: next, names } of file.imports) {
        const listed = names.find(([local]) => local === name)
        const star = names.length === 0 || names.some(([local, remote]) => local === '*' && remote === '*')
        if (listed === undefined && !star) continue
        const found = given(file, next, listed?.[1] ?? name, depth + 1) ?? []
        if (found.length > 0) return found
      }
    }
    // The one function of a file is what it exports.
    const only = targets.flatMap(({ functions }) =>
      functions.filter((func) => func.owner === '' && func.name !== '' && func.name !== '<file>'),
    )
    return name === 'default' && only.length === 1 ? only : []
  }

  const resolved = (call: Call, from: Func): readonly Func[] => {
    if (call.isNew) return []
    if (call.callee.kind === 'index') return fromTable(call, from)
    const path = pathOf(call.callee)
    const name = path.at(-1) ?? ''
    if (name === '') return []
    const first = path[0] ?? ''
    const imports = from.file.imports.flatMap(({ module, names }) =>
      names.flatMap(([local, remote]) => (local === first ? [{ module, remote }] : [])),
    )
    for (const { module, remote } of imports) {
      if (path.length === 1) {
        const found = given(from.file, module, remote)
        if (found !== undefined && found.length > 0) return found.slice(0, 3)
        if (found === undefined) return []
      } else if (path.length === 2 && (remote === '*' || from.file.language === 'python')) {
        const inner = remote === '*' ? module : `${module}${module.endsWith('.') ? '' : '.'}${remote}`
        const found = given(from.file, inner, name)
        if (found !== undefined && (found.length > 0 || remote === '*')) return found.slice(0, 3)
        // What comes from outside of the target stays outside.
        if (found === undefined && remote === '*' && from.file.language !== 'python') return []
      }
    }
    const byTable = fromTable(call, from)
    if (byTable.length > 0) return byTable
    const byClass = methods(call, from)
    return byClass.length > 0 ? byClass.slice(0, 4) : byName(call, from, named)
  }

  return (call, from) => {
    const before = known.get(call)
    if (before !== undefined) return before
    const found = resolved(call, from)
    known.set(call, found)
    return found
  }
}

/** Whether a bare name in `from` can mean a function: it stands outside of all others, or in one that `from` stands in too. */
function isVisible(func: Func, from: Func): boolean {
  if (func.owner !== '' || func.isMember) return false
  const [outer] = func.file.functions
    .filter(
      (each) =>
        each !== func && each.name !== '<file>' && isWithin(each, func) && !(each.line === func.line && each.endLine === func.endLine),
    )
    .sort((one, other) => one.endLine - one.line - (other.endLine - other.line))
  return outer === undefined || outer === from || isWithin(outer, from)
}

function isPart({ path }: SourceFile): boolean {
  return wholePath(path) !== path
}

/** Two parts of one bundle. */
function isSameBundle(one: SourceFile, other: SourceFile): boolean {
  return one !== other && wholePath(one.path) === wholePath(other.path)
}

function isKin(one: SourceFile, other: SourceFile): boolean {
  return (one.language === 'go') === (other.language === 'go') && (one.language === 'python') === (other.language === 'python')
}

/** `handlers[kind](request)`, and `const handle = handlers[kind]; handle(request)`: any function of the table. */
function fromTable({ callee }: Call, from: Func): readonly Func[] {
  const around = from.file.functions.filter((each) => each === from || each.name === '<file>' || isWithin(each, from))
  const givenTo = (name: string): Node | undefined =>
    around
      .flatMap(nodesIn)
      .find((node) => node.kind === 'assign' && node.target.kind === 'name' && node.target.name === name && node.op === '=')
  const given = callee.kind === 'name' && !from.file.functions.some(({ name }) => name === callee.name) ? givenTo(callee.name) : undefined
  const picked = callee.kind === 'index' ? callee : given?.kind === 'assign' ? given.value : undefined
  if (picked?.kind !== 'index' || picked.base.kind !== 'name') return []
  const table = givenTo(picked.base.name)
  if (table?.kind !== 'assign' || table.value.kind !== 'object') return []
  return table.value.entries.flatMap(({ value }) => {
    if (value.kind === 'lambda') return [value.func]
    return value.kind === 'name' ? from.file.functions.filter(({ name, owner }) => name === value.name && owner === '') : []
  })
}

function isWithin(outer: Func, { file, line, endLine }: Func): boolean {
  return outer.file === file && outer.line <= line && outer.endLine >= endLine
}

function byName(call: Call, from: Func, named: ReadonlyMap<string, readonly Func[]>): readonly Func[] {
  const name = lastName(call.callee)
  const all = (named.get(name) ?? []).filter((func) => isKin(func.file, from.file))
  if (all.length === 0) return []
  const path = pathOf(call.callee)
  if (path.length <= 1) {
    const near = all.filter((func) => func.file === from.file)
    const seen = near.filter((func) => isVisible(func, from))
    if (seen.length > 0) return seen.slice(0, 3)
    const beside = all.filter((func) => isSameBundle(func.file, from.file) && isVisible(func, from))
    if (beside.length > 0) return beside.slice(0, 2)
    if (near.length > 0) return isPart(from.file) ? [] : near.slice(0, 3)
    if (from.file.language === 'go') return all.filter((func) => folderOf(func.file.path) === folderOf(from.file.path)).slice(0, 3)
    const imported = from.file.imports.some(({ names }) => names.some(([local]) => local === name))
    return imported ? all.filter(({ owner }) => owner === '').slice(0, 3) : []
  }
  const base = path.at(-2) ?? ''
  if ((base === 'this' || base === 'self' || base === 'cls' || base === 'super') && path.length === 2) {
    const own = base === 'super' ? [] : all.filter((func) => func.owner === from.owner && func.file === from.file)
    return own.length > 0 ? own : all.filter(({ owner }) => owner !== '').slice(0, 4)
  }
  if (path.length === 2 && BUILT_IN.has(base) && from.file.language !== 'go' && from.file.language !== 'python') return []
  const receiver = wordOf(base).replace(/^_+/, '')
  const owned = all.filter(({ owner, file }) => {
    const word = wordOf(owner)
    return (
      (owner !== '' && (word === receiver || (receiver.length > 3 && word.includes(receiver)))) || folderOf(file.path).endsWith(`/${base}/`)
    )
  })
  if (owned.length > 0) return owned.slice(0, 4)
  const sameOwner = path.length > 2 ? [] : all.filter((func) => func.owner !== '' && func.owner === from.owner && func.file === from.file)
  if (sameOwner.length > 0) return sameOwner
  if (!isTelling(name) || all.length > 6) return []
  // A name of one word is anybody's; beyond the folder it says nothing.
  if (isPart(from.file) && !wordOf(name).includes('_')) return all.filter(({ file }) => file === from.file)
  const telling = wordOf(name).includes('_') ? all : all.filter(({ file }) => folderOf(file.path) === folderOf(from.file.path))
  return telling.filter((func) => func !== from)
}
