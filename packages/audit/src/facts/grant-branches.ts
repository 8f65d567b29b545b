/** Which calls of a token endpoint belong to which grant. */
import { definitionOf } from './fold.ts'
import type { Project } from '../link/project.ts'
import type { Call, Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf, wordOf } from '../neutral/walk.ts'

const OTHERS = /^(?:refresh_token|authorization_code|client_credentials|password|mfa[-_]\w+|urn:\S*grant-type:(?!device_code)\S+)$/

/** Calls that only a request for another grant comes to, and functions that are kept under the name of one. */
export function otherGrants(project: Project): ReadonlySet<Call | Func> {
  return new Set(
    project.functions.flatMap((func): (Call | Func)[] => (OTHERS.test(func.name) ? [func] : callsUnder(project, func, OTHERS))),
  )
}

/** Functions that nothing else comes to than the calls for other grants. */
export function ownedBy(project: Project, others: ReadonlySet<Call | Func>): ReadonlySet<Func> {
  return new Set(
    project.functions.filter((func) => {
      const callers = project.callersOf(func)
      return others.has(func) || (callers.length > 0 && callers.every(({ call }) => others.has(call)))
    }),
  )
}

/** Calls that a request for the refresh token grant comes to. */
export function callsForRefresh(project: Project, func: Func): Call[] {
  return callsUnder(project, func, /^refresh_token$/)
}

function callsUnder(project: Project, func: Func, grants: RegExp): Call[] {
  if (func.name === '<file>') return []
  const names = (node: Node): boolean => {
    const text = node.kind === 'name' || node.kind === 'field' ? definitionOf(project, node, func)?.value : node
    return text?.kind === 'text' && grants.test(text.value)
  }
  return nodesIn(func).flatMap((node) => {
    if (node.kind === 'if') return isGrantTest(node.test, names) ? callsOf(node.yes) : []
    if (node.kind === 'conditional') return isGrantTest(node.test, names) ? callsOf([node.yes]) : []
    if (node.kind !== 'switch' || node.subject === undefined || !speaksOfGrant(node.subject)) return []
    return node.cases.flatMap(({ tests, body }) => (tests.length > 0 && tests.every(names) ? callsOf(body) : []))
  })
}

function isGrantTest(test: Node, names: (node: Node) => boolean): boolean {
  if (test.kind !== 'binary') return false
  if (test.op === '&&') return isGrantTest(test.left, names) || isGrantTest(test.right, names)
  return test.op === '==' && ((names(test.left) && speaksOfGrant(test.right)) || (names(test.right) && speaksOfGrant(test.left)))
}

function speaksOfGrant(node: Node): boolean {
  return [...nodesOf([node])].some((each) => /grant/.test(each.kind === 'text' ? wordOf(each.value) : lastWord(each)))
}

function callsOf(nodes: readonly Node[]): Call[] {
  return [...nodesOf(nodes)].filter((node) => node.kind === 'call')
}
