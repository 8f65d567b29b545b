/** The refresh token grant of a server. */
import type { Project } from '../link/project.ts'
import type { Func } from '../neutral/tree.ts'
import { nodesIn, wordOf } from '../neutral/walk.ts'
import { isNetwork } from '../flow/effects.ts'
import { callsForRefresh } from './grant-branches.ts'
import type { ServerUnit } from './roles.ts'
import { folderOf } from './surroundings.ts'

/** Functions of the server that take a refresh token and issue tokens for it. */
export function refreshFunctions(project: Project, server: ServerUnit): Func[] {
  const folders = new Set(server.files.map((file) => folderOf({ file })))
  const isNear = (func: Func): boolean => folders.has(folderOf(func))
  const asked = new Set(
    project.functions
      .filter(isNear)
      .flatMap((func) => callsForRefresh(project, func).flatMap((call) => project.resolve(call, func)))
      .filter((func) => !isMaker(func)),
  )
  return project.functions.filter((func) => {
    if (asked.has(func)) return true
    if (func.name === '<file>' || !isNear(func)) return false
    const where = `${wordOf(func.name)} ${wordOf(func.owner)} ${/refresh/i.test(func.file.path) ? 'refresh' : ''}`
    if (/introspect|revocation|userinfo|metadata|discovery/.test(func.file.path)) return false
    if (
      !/refresh/.test(where) ||
      /device_code_refresh|page|cache|ttl|interval|introspect|revo[ck]|metadata|describe|active/.test(wordOf(func.name))
    )
      return false
    if (project.callsIn(func).some((call) => isNetwork(call, func))) return false
    // A file for the refresh grant alone need not say so in each function.
    if (/refresh/i.test(func.file.path) && /grant|token|oauth/i.test(func.file.path)) return true
    return nodesIn(func).some((node) => (node.kind === 'name' || node.kind === 'field') && /refresh_?token/.test(wordOf(node.name)))
  })
}

/** What only makes an answer or an error is called on every way. */
function isMaker({ body }: Func): boolean {
  return body.length === 1
}
