/** What hands out codes: the device authorization endpoint, whatever it is called. */
import { isNetwork } from '../flow/effects.ts'
import { type Project, reachable } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, pathOf, wordOf } from '../neutral/walk.ts'

const MAKES =
  /(?:^|[._])(?:rand|random\w*|\w*_random|uuid\w*|ulid|nanoid|secrets|crypto|choices?|sample|token_(?:urlsafe|hex|bytes)|get_random\w*)(?:[._]|$)|(?:generate|new|create|make|build|mint|issue|gen)_(?:\w+_)?codes?$|(?:^|[._])generate(?:_\w*(?:string|code|secret|token|id|bytes))?$/

export function makesCodes(project: Project, func: Func): boolean {
  return reachable(project, [func], 2).some((each) =>
    project.callsIn(each).some((call) => MAKES.test(pathOf(call.callee).map(wordOf).join('.'))),
  )
}

/** Puts a device code and a user code together, without asking another server for them. */
export function handsOut(project: Project, func: Func): boolean {
  // `{ userCode: answer.userCode }` hands on what somebody else made.
  const isCopy = (value: Node, word: string): boolean =>
    (value.kind === 'field' && lastWord(value) === word) ||
    (value.kind === 'call' && value.args.length === 0 && lastWord(value.callee).replace(/^get_/, '') === word)
  const mixes = (node: Node): boolean => {
    // `DeviceAuthorization(device_code=..., expires_in=...)`: a class takes what an object would hold.
    const entries =
      node.kind === 'object' ? node.entries : node.kind === 'call' ? node.args.map(({ name, value }) => ({ key: name, value })) : []
    const keys = entries.map(({ key }) => wordOf(key ?? ''))
    const codes = entries.filter(({ key }) => /^(?:device|user)_code/.test(wordOf(key ?? '')))
    if (codes.every(({ key, value }) => isCopy(value, wordOf(key ?? '')))) return false
    return (
      keys.some((key) => /^device_code(?:_hash|_signature)?$/.test(key)) &&
      // Without a code to type the person follows a link.
      keys.some((key) => /^(?:user_code(?:_hash|_signature)?|verification_ur[il](?:_complete)?)$/.test(key)) &&
      keys.some((key) => /verification|expires|client_id|scope|status/.test(key))
    )
  }
  const generates = /^(?:generate|new|create|make|random|build)_?(?:random_?)?(?:device|user)_?code/.test(wordOf(func.name))
  if (generates) return !reachable(project, [func], 2).some((each) => project.callsIn(each).some((call) => isNetwork(call, each)))
  const found = nodesIn(func).some(mixes) || fillsIn(func, isCopy)
  return found && !reachable(project, [func], 1).some((each) => project.callsIn(each).some((call) => isNetwork(call, each)))
}

/** `answer.DeviceCode = code` beside `answer.UserCode = typed`: an answer that is filled in member by member. */
function fillsIn(func: Func, isCopy: (value: Node, word: string) => boolean): boolean {
  const given = new Map<string, Set<string>>()
  for (const node of nodesIn(func)) {
    if (node.kind !== 'assign' || node.target.kind !== 'field') continue
    const word = lastWord(node.target)
    if (!/^(?:device_code|user_code|expires_in|interval|verification_ur[il])$/.test(word) || isCopy(node.value, word)) continue
    const base = pathOf(node.target.base).join('.')
    given.set(base, (given.get(base) ?? new Set()).add(word))
  }
  return [...given.values()].some((words) => words.has('device_code') && words.has('user_code') && words.size > 2)
}
