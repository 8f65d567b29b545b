/** All files of a target that were lowered, and who calls whom. */
import { wholePath } from '../collect/bundles.ts'
import type { Assign, Call, Func, Node, Shape, SourceFile } from '../neutral/tree.ts'
import { lastName, nodesIn } from '../neutral/walk.ts'
import type { Locate } from './modules.ts'
import { type CodeNames, codeNamesOf } from '../facts/code-names.ts'
import { resolverOf } from './resolve.ts'

export interface Site {
  readonly call: Call
  readonly from: Func
}

export interface Project {
  readonly files: readonly SourceFile[]
  readonly functions: readonly Func[]
  readonly shapes: readonly Shape[]
  /** All texts that were collected, also of files that were not parsed. */
  readonly texts: ReadonlyMap<string, string>
  /** The functions that a call can mean; empty when it leaves the project. */
  readonly resolve: (call: Call, from: Func) => readonly Func[]
  readonly callersOf: (func: Func) => readonly Site[]
  /** Functions of the same file that are handed to a call by their names. */
  readonly handedTo: (call: Call, from: Func) => readonly Func[]
  /** What is assigned to a name outside of functions, or to a member of a class. */
  readonly globals: ReadonlyMap<string, readonly Global[]>
  readonly callsIn: (func: Func) => readonly Call[]
  readonly assignsIn: (func: Func) => readonly Assign[]
  readonly locate: Locate
  /** The folder with the manifest that a file belongs to. */
  readonly packageOf: (path: string) => string
  /** Names that stand for error codes. */
  readonly codes: CodeNames
}

export interface Global {
  readonly value: Node
  readonly func: Func
}

export function projectOf(files: readonly SourceFile[], texts: ReadonlyMap<string, string>, locate: Locate = () => []): Project {
  const functions = files.flatMap((file) => file.functions)
  const shapes = files.flatMap((file) => file.shapes)
  const named = new Map<string, Func[]>()
  for (const func of functions) if (func.name !== '' && func.name !== '<file>') append(named, func.name, func)
  const calls = new Map<Func, readonly Call[]>()
  const assigns = new Map<Func, readonly Assign[]>()
  for (const func of functions) {
    const nodes = nodesIn(func)
    calls.set(
      func,
      nodes.filter((node) => node.kind === 'call'),
    )
    assigns.set(
      func,
      nodes.filter((node) => node.kind === 'assign'),
    )
  }
  const globals = globalsOf(files, assigns)
  const resolve = resolverOf(files, named, locate)
  const handedTo = (call: Call, from: Func): readonly Func[] =>
    call.args.flatMap(({ value }) =>
      value.kind === 'name' || value.kind === 'field' ? (named.get(lastName(value)) ?? []).filter(({ file }) => file === from.file) : [],
    )
  const callers = new Map<Func, Site[]>()
  for (const from of functions) {
    for (const call of calls.get(from) ?? []) {
      for (const func of resolve(call, from)) append(callers, func, { call, from })
      // A function that is handed on is called by whoever gets it.
      for (const func of handedTo(call, from)) append(callers, func, { call, from })
    }
  }
  return {
    files,
    functions,
    shapes,
    texts,
    resolve,
    callersOf: (func) => callers.get(func) ?? [],
    handedTo,
    globals,
    codes: codeNamesOf({ globals, functions }),
    packageOf: packagesOf(texts),
    locate,
    callsIn: (func) => calls.get(func) ?? [],
    assignsIn: (func) => assigns.get(func) ?? [],
  }
}

/** Whether two files can call each other: TypeScript and JavaScript are one family. */
export function areKin(one: SourceFile, other: SourceFile): boolean {
  const family = ({ language }: SourceFile): string => (language === 'typescript' ? 'javascript' : language)
  return family(one) === family(other)
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function packagesOf(texts: ReadonlyMap<string, string>): (path: string) => string {
  const folders = [...texts.keys()]
    .filter((path) => /(?:^|\/)(?:package\.json|go\.mod|pyproject\.toml)$/.test(path))
    .map((path) => path.slice(0, path.lastIndexOf('/') + 1))
    .sort((one, other) => other.length - one.length)
  return (path) => folders.find((folder) => path.startsWith(folder)) ?? ''
}

function globalsOf(files: readonly SourceFile[], assigns: ReadonlyMap<Func, readonly Assign[]>): Map<string, Global[]> {
  const globals = new Map<string, Global[]>()
  const add = (name: string, value: Node, func: Func): void => {
    append(globals, name, { value, func })
  }
  for (const file of files) {
    const top = file.functions.find(({ name }) => name === '<file>')
    if (top === undefined) continue
    for (const { target, value, op } of assigns.get(top) ?? []) {
      if (op !== '=') continue
      const name = lastName(target)
      if (name !== '') add(name, value, top)
      if (value.kind === 'object')
        for (const entry of value.entries) if (entry.key !== undefined) add(`${name}.${entry.key}`, entry.value, top)
    }
    for (const shape of file.shapes) {
      for (const { name, preset } of shape.members)
        if (preset !== undefined) {
          add(`${shape.name}.${name}`, preset, top)
          add(name, preset, top)
        }
    }
  }
  return globals
}

const NONE: ReadonlySet<Call | Func> = new Set()

/** Every function that can be reached from the given ones by calls, themselves included, `depth` calls deep at most; `without` is passed over. */
export function reachable(project: Project, roots: readonly Func[], depth = 5, without: ReadonlySet<Call | Func> = NONE): Func[] {
  const found = new Set<Func>()
  const visit = (func: Func, left: number): void => {
    if (found.has(func)) return
    found.add(func)
    if (left === 0) return
    for (const call of project.callsIn(func)) {
      if (without.has(call)) continue
      for (const next of [...project.resolve(call, func), ...project.handedTo(call, func)]) if (!without.has(next)) visit(next, left - 1)
    }
  }
  for (const root of roots) visit(root, depth)
  return [...found]
}

/** What a reader calls a function: `src/login.ts#Login.poll`. */
export function unitOf({ file, owner, name, line }: Func): string {
  const own = name === '' ? `line ${line}` : name
  return `${wholePath(file.path)}#${owner === '' ? own : `${owner}.${own}`}`
}
