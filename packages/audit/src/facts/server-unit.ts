/** The server of a project: its endpoints, and all that is reached from them. */
import { type Project, reachable } from '../link/project.ts'
import type { Func } from '../neutral/tree.ts'
import { approves, decides, statesAsked } from './approvals.ts'
import { otherGrants, ownedBy } from './grant-branches.ts'
import { handsOut, makesCodes } from './handing-out.ts'
import type { ServerUnit } from './roles.ts'
import { routesOf } from './routes.ts'
import { enclosing } from './trace.ts'
import { folderOf, isExample, leadingTo } from './surroundings.ts'

/** @param saying functions that redeem @param clients functions that belong to a client */
export function serverOf(project: Project, saying: readonly Func[], clients: ReadonlySet<Func>): ServerUnit | undefined {
  const routes = routesOf(project)
  const mixing = project.functions.filter((func) => !clients.has(func) && func.name !== '<file>' && handsOut(project, func))
  // Who only reads or hands on what another server gave is no server; who makes the codes is.
  const making = mixing.filter((func) => makesCodes(project, func))
  const beside = new Set([...saying, ...making].map(folderOf))
  const handed = making.length === 0 ? mixing : mixing.filter((func) => beside.has(folderOf(func)))
  const all = saying.length === 0 ? making : [...new Set([...making, ...handed])]
  const real = all.filter((func) => !isExample(func))
  const offering = real.length > 0 ? real : all
  const isWhole = (func: Func): boolean => isAboveBoth(project, func, saying, offering)
  const [redeeming, handing] = [saying, offering].map((funcs) => funcs.filter((func) => !isWhole(func))) as [Func[], Func[]]
  const [root] = redeeming.length > 0 ? redeeming : handing
  if (root === undefined) return undefined
  const folders = new Set([...redeeming, ...handing].map(folderOf))
  const others = otherGrants(project)
  // What the grants share, such as the look at the client, is called by each of them.
  const elsewhere = ownedBy(project, others)
  const around = redeeming.flatMap((func) => [
    func,
    ...leadingTo(project, func, 2).filter(
      (each) =>
        !isWhole(each) &&
        !elsewhere.has(each) &&
        (/token|grant|device|exchange|redeem|consume|poll|handle|claim/i.test(each.name) ||
          routes.some(({ handlers }) => handlers.includes(each))),
    ),
  ])
  const belongs = (func: Func): boolean => isExample(root) || !isExample(func)
  const redemption = reachable(project, around, 5, others).filter(belongs)
  const issuing = handing.flatMap((func) => [
    func,
    ...leadingTo(project, func, 2).filter((each) => /device|auth|code/i.test(each.name) && !isWhole(each)),
  ])
  const authorization = reachable(project, issuing, 5).filter(belongs)
  const states = statesAsked(project, redemption)
  // What redeems or hands out decides nothing, unless it is all there is.
  const endpoints = new Set([...redeeming, ...handing].flatMap((func) => [func, ...enclosing(func)]))
  const every = project.functions.filter(
    (func) =>
      !clients.has(func) &&
      belongs(func) &&
      !isWhole(func) &&
      !elsewhere.has(func) &&
      (approves(project, func, folders) ||
        (!redemption.includes(func) && !authorization.includes(func) && folders.has(folderOf(func)) && decides(func, states))),
  )
  const besides = every.filter((func) => !endpoints.has(func))
  const deciding = besides.length > 0 ? besides : every
  // Another package of a workspace may speak of the same things; the packages that the endpoints are in decide, when they do.
  const packages = new Set([...redeeming, ...handing].map((func) => project.packageOf(func.file.path)))
  const own = deciding.filter((func) => packages.has(project.packageOf(func.file.path)))
  const linked = deciding.filter(
    (func) =>
      routes.some(({ handlers }) => handlers.includes(func)) ||
      func.file.imports.some(({ module }) => project.locate(func.file.path, module).some((path) => packages.has(project.packageOf(path)))),
  )
  const approval = own.length > 0 ? own : linked
  const scope = [...new Set([...redemption, ...authorization, ...approval])]
  // Settings stand where the endpoints are put together.
  const above = [...redeeming, ...handing].flatMap((func) => leadingTo(project, func, 2)).filter(isWhole)
  const files = [...new Set([...scope, ...above].map(({ file }) => file))]
  return { side: 'server', root, redemption, authorization, approval, scope, files, routes, states }
}

/** A function around both endpoints, or above both, such as a plugin or a factory, says what the whole server says: that tells nothing of either. */
function isAboveBoth(project: Project, func: Func, redeeming: readonly Func[], handing: readonly Func[]): boolean {
  const inside = (each: Func): boolean =>
    each !== func && each.file === func.file && each.line >= func.line && each.endLine <= func.endLine && each.name !== '<file>'
  const redeems = redeeming.filter(inside)
  if (redeems.length > 0 && handing.some((each) => inside(each) && !redeems.includes(each))) return true
  if (handing.includes(func)) return false
  // One that tells the grants apart may be above the one that redeems.
  const below = reachable(project, [func], 2).filter((each) => each !== func)
  return redeeming.some((each) => below.includes(each)) && handing.some((each) => below.includes(each) && !redeeming.includes(each))
}
