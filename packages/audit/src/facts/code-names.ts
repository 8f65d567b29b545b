/** The names of a project that stand for an error code: constants, sentinel errors, and functions that only make one. */
import { CODES, type Code, codeIn, codeNamed } from '../flow/codes.ts'
import type { Project } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastName, nodesIn, nodesOf } from '../neutral/walk.ts'

export type CodeNames = ReadonlyMap<string, Code>

/** By last name; a name that means different things in different places means none. */
export function codeNamesOf({ globals, functions }: Pick<Project, 'globals' | 'functions'>): CodeNames {
  const found = new Map<string, Set<Code | undefined>>()
  const add = (name: string, code: Code | undefined): void => {
    const codes = found.get(name)
    if (codes === undefined) found.set(name, new Set([code]))
    else codes.add(code)
  }
  for (const [name, values] of globals) {
    if (!name.includes('.')) for (const { value } of values) add(name, codeOf(value))
  }
  for (const func of functions) if (makesError(func)) add(func.name, codeOf(func.body[0]))
  return new Map(
    [...found].flatMap(([name, codes]) => {
      const [code] = codes
      return codes.size === 1 && code !== undefined ? [[name, code] as const] : []
    }),
  )
}

/** `'slow_down'`, `new OAuthError('slow_down', ...)`, `&Error{Code: "slow_down"}`: the one code that is in it. */
function codeOf(value: Node | undefined): Code | undefined {
  if (value === undefined || value.kind === 'list' || value.kind === 'lambda') return undefined
  const nodes = [...nodesOf([value])]
  if (nodes.length > 30) return undefined
  const codes = new Set(nodes.flatMap((node) => (node.kind === 'text' && isCode(node.value) ? [codeIn(node.value)] : [])))
  const [code] = codes
  return codes.size === 1 ? code : undefined
}

function isCode(text: string): boolean {
  return (CODES as readonly string[]).includes(text)
}

/** A function that does nothing but make an error: whoever calls it says the code, it does not. */
export function makesError(func: Func): boolean {
  if (func.body.length !== 1 || func.name === '<file>') return false
  const [only] = func.body
  if (only?.kind !== 'return' && only?.kind !== 'throw') return false
  if (codeOf(only) === undefined && ![func.name, ...nodesIn(func).map(lastName)].some((name) => codeNamed(name) !== undefined)) return false
  return !nodesIn(func).some(
    ({ kind }) => kind === 'if' || kind === 'switch' || kind === 'loop' || kind === 'conditional' || kind === 'lambda',
  )
}
