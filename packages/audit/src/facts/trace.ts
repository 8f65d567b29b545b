/** Where a value comes from: names are followed to what they were given, parameters to what callers hand in. */
import { areKin, type Project } from '../link/project.ts'
import type { Field, Func, Node } from '../neutral/tree.ts'
import { childrenOf, lastName, lastWord, pathOf, wordOf } from '../neutral/walk.ts'

export interface Origin {
  readonly node: Node
  readonly func: Func
}

const DEEPEST = 7
const MOST = 400

/** Every node that an expression is made from, the expression's own first; `through` says whether callers are asked too. */
export function originsOf(project: Project, start: Node, func: Func, through = true): Origin[] {
  const found: Origin[] = []
  const seen = new Set<Node>()
  const visit = (node: Node, where: Func, depth: number): void => {
    if (seen.has(node) || found.length > MOST) return
    seen.add(node)
    found.push({ node, func: where })
    // Of an object that is written out only the member that is named matters.
    const member = node.kind === 'field' && depth < DEEPEST ? memberOf(project, node, where) : undefined
    if (member !== undefined) return visit(member.node, member.func, depth + 1)
    if (node.kind === 'name' || node.kind === 'field') follow(node, where, depth)
    if (node.kind === 'call' && depth < DEEPEST) {
      for (const target of project.resolve(node, where).slice(0, 2)) for (const value of returnsOf(target)) visit(value, target, depth + 2)
    }
    if (node.kind !== 'lambda') for (const child of childrenOf(node)) visit(child, where, depth)
  }
  const follow = (node: Node, where: Func, depth: number): void => {
    if (depth >= DEEPEST) return
    const path = pathOf(node).join('.')
    const name = lastName(node)
    let given = 0
    for (const around of [where, ...enclosing(where)]) {
      for (const { target, value, op } of project.assignsIn(around)) {
        const targets = target.kind === 'list' ? target.items : [target]
        if (!targets.some((each) => pathOf(each).join('.') === path)) continue
        // `+=` changes what an outer function gave; it does not take its place.
        if (op === '=') given++
        visit(value, around, depth + 1)
      }
      if (given > 0) return
      const position = around.params.findIndex((each) => each.name === name)
      if (position < 0 || node.kind !== 'name') continue
      const { preset } = around.params[position] ?? {}
      if (preset !== undefined) visit(preset, around, depth + 1)
      if (through) {
        for (const { call, from } of project.callersOf(around).slice(0, 6)) {
          const argument = call.args.find((each) => each.name === name)?.value ?? call.args[position - offsetOf(around)]?.value
          if (argument !== undefined) visit(argument, from, depth + 2)
        }
      }
      return
    }
    if (node.kind === 'name' || pathOf(node)[0] === 'this' || pathOf(node)[0] === 'self' || /^[A-Z]/.test(name)) {
      const qualified = project.globals.get(pathOf(node).slice(-2).join('.')) ?? []
      const all = (qualified.length > 0 ? qualified : (project.globals.get(name) ?? [])).filter((each) =>
        areKin(each.func.file, where.file),
      )
      const near = all.filter((each) => each.func.file === where.file)
      for (const { value, func: top } of near.length > 0 ? near.slice(0, 3) : all.length <= 2 ? all : []) visit(value, top, depth + 1)
      for (const value of membersNamed(project, path, where)) visit(value.node, value.func, depth + 1)
    }
  }
  visit(start, func, 0)
  return found
}

/** The value of `code.device` when `code` was given an object with that member, and nothing else. */
function memberOf(project: Project, { base, name }: Field, where: Func): Origin | undefined {
  if (base.kind !== 'name') return undefined
  for (const func of [where, ...enclosing(where)]) {
    const given = project.assignsIn(func).filter(({ target, op }) => op === '=' && target.kind === 'name' && target.name === base.name)
    if (given.length === 0) continue
    const value = given.length === 1 ? given[0]?.value : undefined
    const entry = value?.kind === 'object' ? value.entries.find(({ key }) => key === name) : undefined
    return entry === undefined ? undefined : { node: entry.value, func }
  }
  return undefined
}

/** Python counts `self` among the parameters, callers do not. */
function offsetOf({ file, owner, params }: Func): number {
  return file.language === 'python' && owner !== '' && /^(?:self|cls)$/.test(params[0]?.name ?? '') ? 1 : 0
}

function membersNamed(project: Project, path: string, where: Func): Origin[] {
  if (!/^(?:this|self)\./.test(path)) return []
  return where.file.functions
    .filter(({ owner }) => owner === where.owner)
    .flatMap((func) =>
      project.assignsIn(func).flatMap(({ target, value }) => (pathOf(target).join('.') === path ? [{ node: value, func }] : [])),
    )
}

/** Functions in which a function stands, nearest first. */
export function enclosing(func: Func): Func[] {
  return func.file.functions
    .filter((outer) => outer !== func && outer.name !== '<file>' && outer.line <= func.line && outer.endLine >= func.endLine)
    .sort((one, other) => one.endLine - one.line - (other.endLine - other.line))
}

export function returnsOf(func: Func): Node[] {
  const found: Node[] = []
  const visit = (node: Node): void => {
    if (node.kind === 'return' && node.value !== undefined) found.push(node.value)
    else if (node.kind !== 'lambda') for (const child of childrenOf(node)) visit(child)
  }
  for (const node of func.body) visit(node)
  return found
}

/** The words of every name, member and key that an expression is made from. */
export function wordsOf(origins: readonly Origin[]): Set<string> {
  const words = new Set<string>()
  for (const { node } of origins) {
    if (node.kind === 'name' || node.kind === 'field') words.add(lastWord(node))
    else if (node.kind === 'text' && node.value.length < 60) words.add(wordOf(node.value))
    else if (node.kind === 'object') for (const { key } of node.entries) if (key !== undefined) words.add(wordOf(key))
  }
  return words
}
