import { isWritingTokens, tokenWrites } from '../facts/token-files.ts'
import { folded } from '../facts/fold.ts'
import { callsWhere } from '../facts/spots.ts'
import { type Origin, originsOf } from '../facts/trace.ts'
import type { Project } from '../link/project.ts'
import type { Call, Func, SourceFile } from '../neutral/tree.ts'
import { lastWord, nodesOf, pathOf } from '../neutral/walk.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

export const tokenFileReadable: Rule = {
  id: 'DF-C08',
  title: 'The token file can be read by others',
  severity: 'high',
  confidence: 'medium',
  axis: 'storage',
  side: 'client',
  sources: ['RFC 8252 section 8.11', 'CWE-732', 'CWE-276'],
  fix: 'Create the file with mode 0600 (not chmod afterwards), in a directory with mode 0700, and rename it into place.',
  check: perClient(({ root, scope }, { project }) => {
    const writes = tokenWrites(project, scope)
    const [first] = writes
    if (first === undefined) return undefined
    const guards = callsWhere(
      project.functions.filter(({ file }) => writes.some(({ func }) => func.file === file) || scope.some((each) => each.file === file)),
      (call, func) => isOwnerOnly(project, call, func),
    )
    // A mode says nothing of another file: it stands beside the write, in what is called to write, or where the path comes from.
    const open = writes.find(({ node, func }) => {
      const paths = node.args.slice(0, 1).flatMap(({ value }) => originsOf(project, value, func, false))
      const named = paths.flatMap((each) => modulesOf(project, each))
      const files = [func.file, ...[...project.resolve(node, func), ...paths.map((each) => each.func)].map(({ file }) => file), ...named]
      return !guards.some((guard) => files.includes(guard.func.file))
    })
    const [guard] = guards
    if (open === undefined && guard !== undefined) return satisfies(root, 'The token file is for its owner only.', { spot: guard })
    return violates(root, 'The token file is created with whatever mode the system gives.', {
      spot: open ?? first,
      searched: ['mode 0600 where the file is made', 'chmod 0600 or a umask', 'an operating system keychain instead'],
    })
  }),
}

/** The files of the target that a name is imported from. */
function modulesOf(project: Project, { node, func }: Origin): SourceFile[] {
  const [first] = pathOf(node)
  const modules = func.file.imports.filter(({ names }) => names.some(([local]) => local === first))
  const paths = modules.flatMap(({ module }) => project.locate(func.file.path, module))
  return project.files.filter(({ path }) => paths.includes(path))
}

/** A call that names a mode without bits for others: 0600, 0o600, "600". */
function isOwnerOnly(project: Project, call: Call, func: Func): boolean {
  const writes = isWritingTokens(call) || /chmod|umask|open|create|mkstemp|write/.test(lastWord(call.callee))
  if (!writes) return false
  return [...nodesOf(call.args.map(({ value }) => value))].some((node) => {
    if (node.kind === 'text') return /^0?o?600$/.test(node.value)
    if (/^(?:s_irusr|s_iwusr|s_iruser)$/.test(lastWord(node))) return true
    const value = node.kind === 'number' || node.kind === 'name' ? folded(project, node, func) : undefined
    return (
      value !== undefined &&
      (value === 0o600 || value === 600 || value === 0o400 || (value === 0o077 && /umask/.test(lastWord(call.callee))))
    )
  })
}
