/** What a person's browser reaches: where a user code is looked up, and what stands around it. */
import { areKin, type Project } from '../link/project.ts'
import type { Func } from '../neutral/tree.ts'
import { lastWord, nodesIn, wordOf } from '../neutral/walk.ts'
import { isBackchannel } from './approvals.ts'
import type { ServerUnit } from './roles.ts'

/** Functions that find a device authorization by the code that somebody typed, and those that call them. */
export function lookups(project: Project, { root, approval, files, redemption, authorization }: ServerUnit): Func[] {
  const finding = project.functions.filter(
    (func) =>
      files.includes(func.file) &&
      /by_?user_?code|lookup_?user_?code|find_?by_?code|verify_?(?:user|device)_?code|_user_code_|user_code_processing/i.test(
        wordOf(func.name),
      ),
  )
  const reading = project.functions.filter((func) => {
    // The page in the browser asks; the server looks up.
    if (func.name === '<file>' || authorization.includes(func) || isBackchannel(func) || !areKin(func.file, root.file)) return false
    const nodes = nodesIn(func)
    return (
      nodes.some((node) => node.kind === 'call' && /by_?user_?code/.test(lastWord(node.callee))) ||
      (!redemption.includes(func) &&
        nodes.some(
          (node) =>
            node.kind === 'field' && lastWord(node) === 'user_code' && /params|query|body|form|post|get|args/.test(lastWord(node.base)),
        ))
    )
  })
  return [...new Set([...approval, ...finding, ...reading])]
}

/** Everything that leads to functions, some calls up. */
export function leadingUp(project: Project, funcs: readonly Func[], levels: number): Func[] {
  const found = new Set(funcs)
  let level = [...funcs]
  for (let depth = 0; depth < levels; depth++) {
    level = level.flatMap((func) => project.callersOf(func).map(({ from }) => from)).filter((func) => !found.has(func))
    for (const func of level) found.add(func)
  }
  return [...found]
}
