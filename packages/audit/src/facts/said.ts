/** Error codes that a program says itself, as opposed to those it compares with. */
import { codeIn, codeNamed, type Code } from '../flow/codes.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { childrenOf, lastName, lastWord, nodesOf } from '../neutral/walk.ts'

export interface Said {
  readonly code: Code
  readonly node: Node
  /** Only passed on: it stands in the branch that somebody else's saying so leads to. */
  readonly passed: boolean
}

const ASKS =
  /^(?:includes|contains|has|is|as|index_?of|search|match|test|equals?|isinstance|starts_with|assert.*|log|debug|info|warn|error|print.*)$/

/** Codes that leave a function: returned, thrown, or put into an answer. A comparison says nothing. */
export function saidIn(func: Func): Said[] {
  return collect(func).filter(({ compared }) => !compared)
}

/** Codes that a function compares with. */
export function comparedIn(func: Func): Said[] {
  return collect(func).filter(({ compared }) => compared)
}

function collect(func: Func): (Said & { compared: boolean })[] {
  const found: (Said & { compared: boolean })[] = []
  const under: Code[] = []
  const visit = (node: Node, said: boolean, compared: boolean): void => {
    if (said || compared) {
      const code = node.kind === 'text' ? codeIn(node.value) : node.kind === 'name' || node.kind === 'field' ? named(node) : undefined
      if (code !== undefined) found.push({ code, node, compared, passed: under.includes(code) })
    }
    switch (node.kind) {
      case 'return':
      case 'throw':
        for (const child of childrenOf(node)) visit(child, true, compared)
        return
      case 'binary':
        if (/^(?:==|!=|in|not in|instanceof)$/.test(node.op)) for (const child of childrenOf(node)) visit(child, false, true)
        else for (const child of childrenOf(node)) visit(child, said, compared)
        return
      case 'call': {
        const asks = ASKS.test(lastWord(node.callee))
        visit(node.callee, said && !asks, compared)
        for (const { value } of node.args) visit(value, !asks && !compared, asks || compared)
        return
      }
      case 'object':
        for (const { value } of node.entries) visit(value, true, compared)
        return
      case 'if': {
        visit(node.test, false, true)
        const codes = codesIn(node.test)
        under.push(...codes)
        for (const each of node.yes) visit(each, false, false)
        under.splice(under.length - codes.length)
        for (const each of node.no) visit(each, false, false)
        return
      }
      case 'switch':
        for (const { tests, body } of node.cases) {
          for (const test of tests) visit(test, false, true)
          const codes = tests.flatMap(codesIn)
          under.push(...codes)
          for (const each of body) visit(each, false, false)
          under.splice(under.length - codes.length)
        }
        return
      case 'try':
        for (const { types, body } of node.handlers) {
          for (const type of types) {
            const code = codeNamed(type)
            if (code !== undefined) found.push({ code, node, compared: true, passed: false })
          }
          for (const each of body) visit(each, false, false)
        }
        for (const each of [...node.body, ...node.otherwise, ...node.last]) visit(each, false, false)
        return
      case 'assign':
        visit(node.value, node.value.kind === 'text' || said, compared)
        return
      default:
        for (const child of childrenOf(node)) visit(child, said && node.kind !== 'lambda', compared && node.kind !== 'lambda')
    }
  }
  for (const node of func.body) visit(node, false, false)
  return found
}

function codesIn(test: Node): Code[] {
  return [...nodesOf([test])].flatMap(
    (node) => (node.kind === 'text' ? codeIn(node.value) : node.kind === 'name' || node.kind === 'field' ? named(node) : undefined) ?? [],
  )
}

function named(node: Node): Code | undefined {
  const name = lastName(node)
  return /^(?:Err|[A-Z][A-Z_]+$|.*(?:Error|Exception)$|[A-Z])/.test(name) ? codeNamed(name) : undefined
}
