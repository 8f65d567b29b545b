import { isSpawn } from '../facts/sinks.ts'
import { callsWhere } from '../facts/spots.ts'
import type { Project } from '../link/project.ts'
import type { Call, Func, Node } from '../neutral/tree.ts'
import { calleeOf, nodesOf } from '../neutral/walk.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

export const shellString: Rule = {
  id: 'DF-C19',
  title: 'The browser is started through a shell',
  severity: 'high',
  confidence: 'high',
  axis: 'transport',
  side: 'client',
  sources: ['RFC 8628 section 5.3', 'CWE-78'],
  fix: 'Start the browser with an argument list and no shell, after a look at the scheme of the URI.',
  check: perClient(({ root, scope }, { project }) => {
    const spawned = callsWhere(
      scope,
      (call, func) => isSpawn(call) && (/open|browser|url|login|auth|launch/i.test(func.name + func.file.path) || namesOpener(call)),
    )
    const [bad] = spawned.filter(({ node, func }) => isShell(project, node, func))
    if (bad !== undefined)
      return violates(root, 'A shell reads the command in which the URI stands: the server that sent it decides what runs.', {
        spot: bad,
        searched: ['an argument list', 'no shell'],
      })
    const [good] = spawned
    return good === undefined ? undefined : satisfies(root, 'The browser gets the URI as an argument.', { spot: good })
  }),
}

function namesOpener(call: Call): boolean {
  return [...nodesOf(call.args.map(({ value }) => value))].some(
    (node) => node.kind === 'text' && /^(?:open|xdg-open|start|rundll32|cmd|powershell|sensible-browser)\b/.test(node.value),
  )
}

/** A command with something unknown in it that a shell takes apart. */
function isShell(project: Project, call: Call, func: Func): boolean {
  const args = call.args.map(({ value }) => value)
  const dynamic = (nodes: readonly Node[]): boolean => [...nodesOf(nodes)].some(({ kind }) => kind === 'name' || kind === 'field')
  const path = calleeOf(call)
  const [first] = args
  if (/^(?:os\.system|os\.popen)$|create_subprocess_shell$/.test(path)) return dynamic(args)
  if (/exec(?:Sync|Async)?$|execaCommand$/.test(path) && !/execFile/.test(path))
    return first !== undefined && first.kind !== 'text' && dynamic([first])
  if (call.args.some(({ name, value }) => name === 'shell' && value.kind === 'constant' && value.value === true)) return dynamic(args)
  if (
    args.some(
      (value) =>
        value.kind === 'object' &&
        value.entries.some((each) => each.key === 'shell' && each.value.kind === 'constant' && each.value.value === true),
    )
  )
    return dynamic(args)
  // cmd.exe and PowerShell take their arguments apart again, on any platform.
  const [program = [], ...rest] = args.slice(path.endsWith('Context') ? 1 : 0).map((value) => givenTo(project, value, func))
  const shells = /^(?:\/bin\/)?(?:sh|bash|zsh|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh)$/
  const words = [...program.slice(1), ...rest.flat()]
  return (
    program.some((value) => value.kind === 'text' && shells.test(value.value)) &&
    words.some((value) => value.kind === 'text' && /^(?:-c|\/c|-command|-Command)$/.test(value.value)) &&
    dynamic(words)
  )
}

/** What stands as an argument, and what a name that stands there was given: `cmd = "cmd"; args = []string{"/c", "start", uri}`. */
function givenTo(project: Project, value: Node, func: Func): Node[] {
  // `args...` is the list that `args` is.
  const whole = value.kind === 'other' && value.children.length === 1 ? (value.children[0] ?? value) : value
  const assigned =
    whole.kind === 'name'
      ? project.assignsIn(func).flatMap((each) => (each.target.kind === 'name' && each.target.name === whole.name ? [each.value] : []))
      : []
  return [whole, ...assigned].flatMap((each) => {
    if (each.kind === 'list') return each.items
    return each.kind === 'call' ? [each, ...each.args.map((argument) => argument.value)] : [each]
  })
}
