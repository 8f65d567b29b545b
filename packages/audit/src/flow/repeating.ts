/** Functions of the project that call again and again what they are handed: `poll(() => ask(code), isThere, ms)`. */
import type { Project } from '../link/project.ts'
import type { Call, Func, Node } from '../neutral/tree.ts'
import { nodesIn } from '../neutral/walk.ts'

/** A call that hands a function on, and the function that repeats it. */
export interface Repeat {
  readonly call: Call
  readonly by: Func
}

/** The argument that a parameter of `target` gets. */
export function givenTo(target: Func, call: Call, index: number): Node | undefined {
  const { name } = target.params[index] ?? {}
  // A method of Python names itself first.
  const shift = target.owner !== '' && target.file.language === 'python' ? 1 : 0
  return (call.args.find((each) => each.name !== undefined && each.name === name) ?? call.args[index - shift])?.value
}

/** The function that an argument is: written on the spot, or by its name. */
export function functionIn(project: Project, value: Node, call: Call, from: Func): Func | undefined {
  return value.kind === 'lambda' ? value.func : project.handedTo({ ...call, args: [{ value }] }, from)[0]
}

/** The first call in `func` that hands what `holds` to one that repeats it, as `loops` says. */
export function repeatIn(
  project: Project,
  func: Func,
  holds: (node: Node) => boolean,
  loops: (target: Func, holds: (node: Node) => boolean) => boolean,
): Repeat | undefined {
  for (const call of project.callsIn(func)) {
    for (const by of project.resolve(call, func)) {
      const repeated = by.params.some(({ name }, index) => {
        const value = givenTo(by, call, index)
        const given = value === undefined ? undefined : functionIn(project, value, call, func)
        if (given === undefined || !(holds(call) || nodesIn(given).some(holds))) return false
        return loops(by, (node) => node.kind === 'call' && node.callee.kind === 'name' && node.callee.name === name)
      })
      if (repeated) return { call, by }
    }
  }
  return undefined
}

/** Names that functions which are handed to a repetition set outside of themselves: whoever asks for them later sees it. */
export function namesShared(project: Project, entry: Func, repeat: Repeat | undefined): Set<string> {
  const given = repeat?.call.args.flatMap(({ value }) => functionIn(project, value, repeat.call, entry) ?? [])
  return new Set(given?.flatMap(outerNames))
}

/** Names that a function sets and does not declare. In Python such a name is its own. */
function outerNames({ file, params, nodes }: Func): string[] {
  if (file.language === 'python') return []
  const own = new Set(params.map(({ name }) => name))
  const set: string[] = []
  for (const node of nodes) {
    if (node.kind !== 'assign' || node.target.kind !== 'name') continue
    if (node.declares) own.add(node.target.name)
    else set.push(node.target.name)
  }
  return set.filter((name) => !own.has(name))
}
