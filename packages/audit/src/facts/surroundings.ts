/** Where a function stands: its folder, whether that is an example, and who leads to it. */
import { folderOf as folderOfPath } from '../link/modules.ts'
import type { Project } from '../link/project.ts'
import type { Func } from '../neutral/tree.ts'

/** An example beside the real thing is not the real thing. */
export function isExample({ file }: Func): boolean {
  return /(?:^|\/)(?:examples?|playground|demos?|samples?|docs|bench(?:marks?)?)[^/]*\//i.test(file.path)
}

/** Functions that call into a unit, a few calls up: what starts a login, and what does something with its outcome. */
export function leadingTo(project: Project, func: Func, levels: number): Func[] {
  let level = [func]
  const found = new Set<Func>()
  for (let depth = 0; depth < levels; depth++) {
    const next = level.flatMap((each) => project.callersOf(each).map(({ from }) => from)).filter((each) => !found.has(each))
    for (const each of next) found.add(each)
    level = next.slice(0, 12)
  }
  return [...found]
}

export function folderOf({ file }: Pick<Func, 'file'>): string {
  return folderOfPath(file.path)
}
