/** How long things live, by what configurations, presets and constants say. */
import type { Project } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf, wordOf } from '../neutral/walk.ts'
import { folded } from './fold.ts'

export interface Lifetime {
  readonly seconds: number
  readonly name: string
  readonly func: Func
  readonly node: Node
}

/** Lifetimes whose name, with the function, class and file it stands in, matches. */
export function lifetimesOf(project: Project, funcs: readonly Func[], isMeant: (name: string, func: Func) => boolean): Lifetime[] {
  const found: Lifetime[] = []
  const add = (name: string, value: Node, func: Func): void => {
    const word = wordOf(name)
    if (!isMeant(word, func)) return
    const number = folded(project, value, func) ?? inner(project, value, func)
    const seconds = number === undefined ? undefined : inSeconds(number, word)
    if (seconds !== undefined && seconds >= 30 && seconds < 1e8) found.push({ seconds, name, func, node: value })
  }
  for (const func of funcs) {
    for (const { name, preset } of func.params) if (preset !== undefined) add(name, preset, func)
    for (const node of nodesIn(func)) {
      if (node.kind === 'assign' && node.op === '=') add(lastWord(node.target), node.value, func)
      if (node.kind === 'object') {
        // `expires_in` beside an access token is the life of that, beside the code of a device the life of that.
        const keys = new Set(node.entries.map(({ key }) => wordOf(key ?? '')))
        const about = keys.has('access_token') ? 'access_token_' : ''
        const life = keys.has('device_code') && keys.has('user_code') && !readsLife(func) ? 'device_code_' : about
        for (const { key, value } of node.entries) if (key !== undefined) add(`${key === 'expires_in' ? life : about}${key}`, value, func)
      }
      if (node.kind !== 'call') continue
      for (const { name, value } of node.args) if (name !== undefined) add(name, value, func)
      const [first] = node.args
      const key = first === undefined ? '' : first.value.kind === 'text' ? first.value.value : lastWord(first.value)
      const last = node.args.at(-1)?.value
      if (key !== '' && last !== undefined && node.args.length >= 2 && !/^(?:set|add|append|header)$/.test(lastWord(node.callee)))
        add(key, last, func)
    }
  }
  for (const { name, members, file } of project.shapes) {
    const [top] = file.functions.filter((func) => func.name === '<file>')
    if (top === undefined || !funcs.some((func) => func.file === file)) continue
    for (const member of members) if (member.preset !== undefined) add(`${name}_${member.name}`, member.preset, top)
  }
  return found
}

/** Who reads `expires_in` hands on what another server says. */
export function readsLife(func: Func): boolean {
  return nodesIn(func).some((node) =>
    node.kind === 'index'
      ? node.index.kind === 'text' && node.index.value === 'expires_in'
      : node.kind === 'field' && lastWord(node) === 'expires_in',
  )
}

/** `now + lifetime`, `z.number().default(1800)`: the number within. */
function inner(project: Project, value: Node, func: Func): number | undefined {
  for (const node of nodesOf([value])) {
    if (node.kind === 'call' && lastWord(node.callee) === 'default')
      return node.args[0] === undefined ? undefined : folded(project, node.args[0].value, func)
    if (node.kind === 'binary' && node.op === '+') {
      const number = folded(project, node.right, func) ?? folded(project, node.left, func)
      if (number !== undefined) return number
    }
    if (node.kind === 'call' && lastWord(node.callee) === 'add') {
      const number = node.args[0] === undefined ? undefined : folded(project, node.args[0].value, func)
      if (number !== undefined) return number
    }
    if (node.kind === 'call' && /^(?:column|mapped_column|field|integer_field)$/.test(lastWord(node.callee))) {
      const preset = node.args.find(({ name }) => name === 'default')?.value
      if (preset !== undefined) return folded(project, preset, func)
    }
  }
  return undefined
}

/** Milliseconds, when the name or the size says so. */
function inSeconds(value: number, word: string): number {
  if (/(?:^|_)(?:ms|millis|milliseconds)$/.test(word)) return value / 1000
  // `ExpireInHours: 168`; a duration of Go has its unit already.
  const [, unit] = /_in_(minutes|hours|days)$/.exec(word) ?? []
  if (unit !== undefined && value < 1000) return value * (unit === 'minutes' ? 60 : unit === 'hours' ? 3600 : 86_400)
  return value >= 60_000 && value % 1000 === 0 ? value / 1000 : value
}

export const LIFE =
  /expires?(?:_?in|_?at)?$|expiry|expiration|expires_?seconds|life_?time|life_?span|(?:^|_)ttl(?:_|$)|max_?age|validity|valid_for|expire_in|expires_in/
