/** Error codes that a program says itself, as opposed to those it compares with. */
import { codeIn, codeNamed, type Code } from '../flow/codes.ts'
import type { CodeNames } from './code-names.ts'
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
export function saidIn(func: Func, codes: CodeNames): Said[] {
  return collect(func, codes).filter(({ compared }) => !compared)
}

/** Codes that a function compares with. */
export function comparedIn(func: Func, codes: CodeNames): Said[] {
  return collect(func, codes).filter(({ compared }) => compared)
}

function collect(func: Func, codes: CodeNames): (Said & { compared: boolean })[] {
  const found: (Said & { compared: boolean })[] = []
  const under: Code[] = []
  const visit = (node: Node, said: boolean, compared: boolean): void => {
    if (said || compared) {
      const code = codeSaid(node, codes)
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
        visit(node.callee, (said || codes.has(lastName(node.callee))) && !asks, compared)
        for (const { value } of node.args) visit(value, !asks && !compared, asks || compared)
        return
      }
      case 'object':
        for (const { value } of node.entries) visit(value, true, compared)
        return
      case 'if': {
        visit(node.test, false, true)
        const asked = codesIn(node.test, codes)
        under.push(...asked)
        for (const each of node.yes) visit(each, false, false)
        under.splice(under.length - asked.length)
        for (const each of node.no) visit(each, false, false)
        return
      }
      case 'switch':
        for (const { tests, body } of node.cases) {
          for (const test of tests) visit(test, false, true)
          const asked = tests.flatMap((test) => codesIn(test, codes))
          under.push(...asked)
          for (const each of body) visit(each, false, false)
          under.splice(under.length - asked.length)
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

function codesIn(test: Node, codes: CodeNames): Code[] {
  return [...nodesOf([test])].flatMap((node) => codeSaid(node, codes) ?? [])
}

/** What is written for people (`Authorization pending`) is no code. */
function codeSaid(node: Node, codes: CodeNames): Code | undefined {
  if (node.kind === 'text') return /[A-Z]|\s/.test(node.value) && !node.value.includes('_') ? undefined : codeIn(node.value)
  if (node.kind !== 'name' && node.kind !== 'field') return undefined
  const name = lastName(node)
  return codes.get(name) ?? (/^[Ee]rr|^[A-Z]|(?:Error|Exception)$/.test(name) ? codeNamed(name) : undefined)
}
