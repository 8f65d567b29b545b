/** Whose method a call means, by what the source says of classes: `new`, types of members and parameters, `extends` and `implements`. */
import type { Call, Func, Node, Shape, SourceFile } from '../neutral/tree.ts'
import { lastName, nodesIn, pathOf } from '../neutral/walk.ts'

export type MethodsOf = (call: Call, from: Func) => readonly Func[]

/** Inheritance is followed so far. */
const DEEPEST = 6

/** @param named all functions by their names */
export function methodsBy(files: readonly SourceFile[], named: ReadonlyMap<string, readonly Func[]>): MethodsOf {
  const byName = new Map<string, Shape[]>()
  const below = new Map<string, string[]>()
  for (const { shapes, language } of files) {
    if (!isScript(language)) continue
    for (const shape of shapes) {
      byName.set(shape.name, [...(byName.get(shape.name) ?? []), shape])
      for (const base of shape.bases) below.set(last(base), [...(below.get(last(base)) ?? []), shape.name])
    }
  }

  const owned = (type: string, method: string): readonly Func[] =>
    (named.get(method) ?? []).filter(({ owner, file }) => owner === type && isScript(file.language))
  const climb = (type: string, method: string, depth = 0): readonly Func[] => {
    const own = owned(type, method)
    if (own.length > 0 || depth >= DEEPEST) return own
    return (byName.get(type) ?? []).flatMap(({ bases }) => bases.flatMap((base) => climb(last(base), method, depth + 1)))
  }
  /** What a class has of its own, else of those it extends; what it leaves open, of those that extend it. */
  const found = (type: string, method: string): readonly Func[] => {
    const above = climb(type, method).filter(({ body }) => body.length > 0)
    if (above.length > 0) return above
    return (below.get(type) ?? []).flatMap((each) => [
      ...owned(each, method),
      ...(below.get(each) ?? []).flatMap((more) => owned(more, method)),
    ])
  }

  return (call, from) => {
    if (!isScript(from.file.language)) return []
    const path = pathOf(call.callee)
    const method = path.at(-1) ?? ''
    if (path[0] === 'super' && path.length === 2)
      return nearest(
        (byName.get(from.owner) ?? []).flatMap(({ bases }) => bases.flatMap((base) => climb(last(base), method))),
        from,
      )
    if (path[0] === 'this' && path.length === 2) return nearest(found(from.owner, method), from)
    const type =
      path[0] === 'this'
        ? path.length === 3
          ? typeOfMember(from, path[1] ?? '')
          : ''
        : path.length === 2
          ? typeOfName(from, path[0] ?? '')
          : ''
    return type === '' ? [] : nearest(found(type, method), from)
  }

  function typeOfMember(from: Func, member: string): string {
    const told = (byName.get(from.owner) ?? []).flatMap(({ members }) => members.filter(({ name }) => name === member))
    for (const { type, preset } of told) {
      const name = known(type) || madeBy(preset)
      if (name !== '') return name
    }
    const makers = from.file.functions.filter(({ name, owner }) => name === 'constructor' && owner === from.owner)
    for (const maker of makers) {
      const given = maker.params.find(({ name }) => name === member)
      if (given !== undefined) return known(given.type)
      const value = givenTo(maker, (target) => pathOf(target).join('.') === `this.${member}`)
      const name = madeBy(value) || (value?.kind === 'name' ? typeOfName(maker, value.name) : '')
      if (name !== '') return name
    }
    return ''
  }

  function typeOfName(from: Func, name: string): string {
    // A class itself: its static methods.
    if (byName.has(name) && /^[A-Z]/.test(name)) return name
    const around = from.file.functions.filter(
      (each) => each === from || each.name === '<file>' || (each.line <= from.line && each.endLine >= from.endLine),
    )
    for (const each of around.sort((one, other) => other.line - one.line)) {
      const typed = each.params.find((param) => param.name === name)
      if (typed !== undefined) return known(typed.type)
      const value = givenTo(each, (target) => target.kind === 'name' && target.name === name)
      if (value !== undefined) return madeBy(value)
    }
    return ''
  }

  /** The class that a type is, when the project has it; `Promise<Store>` and `Store | undefined` are their `Store`. */
  function known(type: string): string {
    return (type.match(/[A-Za-z_$][\w$]*/g) ?? []).find((word) => byName.has(word)) ?? ''
  }

  /** `new Store()`, and `Store.open()`, which makes one. */
  function madeBy(value: Node | undefined): string {
    if (value?.kind !== 'call') return ''
    const [first = ''] = pathOf(value.callee)
    return value.isNew ? known(lastName(value.callee)) : value.callee.kind === 'field' && /^[A-Z]/.test(first) ? known(first) : ''
  }
}

/** Of classes that are called alike those of the file, else of the same part of the tree: a package holds its source and what was built of it. */
function nearest(all: readonly Func[], { file }: Func): readonly Func[] {
  const funcs = [...new Set(all)]
  const top = (path: string): string => path.split('/')[0] ?? ''
  for (const isNear of [(each: Func) => each.file === file, (each: Func) => top(each.file.path) === top(file.path)]) {
    const near = funcs.filter(isNear)
    if (near.length > 0) return near
  }
  return funcs
}

function givenTo(func: Func, is: (target: Node) => boolean): Node | undefined {
  for (const node of nodesIn(func)) if (node.kind === 'assign' && node.op === '=' && is(node.target)) return node.value
  return undefined
}

function isScript(language: SourceFile['language']): boolean {
  return language === 'typescript' || language === 'javascript'
}

function last(path: string): string {
  return path.split('.').at(-1) ?? ''
}
