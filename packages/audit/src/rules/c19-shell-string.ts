import { isSpawn } from '../facts/sinks.ts'
import { callsWhere } from '../facts/spots.ts'
import type { Call, Node } from '../neutral/tree.ts'
import { calleeOf, lastWord, nodesOf } from '../neutral/walk.ts'
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
  check: perClient(({ root, scope }) => {
    const spawned = callsWhere(
      scope,
      (call, func) => isSpawn(call) && (/open|browser|url|login|auth|launch/i.test(func.name + func.file.path) || namesOpener(call)),
    )
    const [bad] = spawned.filter(({ node }) => isShell(node))
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
function isShell(call: Call): boolean {
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
  const program = args.find((value) => value.kind === 'text')
  const shells = /^(?:\/bin\/)?(?:sh|bash|zsh|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh)$/
  return (
    program?.kind === 'text' &&
    shells.test(program.value) &&
    args.some((value) => value.kind === 'text' && /^(?:-c|\/c|-command|-Command)$/.test(value.value)) &&
    dynamic(args) &&
    lastWord(call.callee) !== ''
  )
}
