import { isLog } from '../facts/sinks.ts'
import { hasWord, spokenBy, spokenIn } from '../facts/spots.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf } from '../neutral/walk.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

const COMPLETE = /verification_?ur[il]_?complete/
const CODE = /(?:^|_)user_?code$/

/** Functions that only look at a response. */
const READS = /^(?:process|parse|validate|assert|decode|check|read|is|to|map)(?=[A-Z_])/

export const userCodeHidden: Rule = {
  id: 'DF-C18',
  title: 'The user code is not shown beside the complete URI',
  severity: 'medium',
  confidence: 'medium',
  axis: 'approval',
  side: 'client',
  sources: ['RFC 8628 section 3.3.1', 'RFC 8628 section 5.4', 'CWE-451'],
  fix: 'Show the user code also when the URI holds it, and ask people to compare it with what the page says.',
  check: perClient(({ root, scope }) => {
    const showing = scope.filter((func) => shows(func, CODE, withoutComplete(func)))
    // Another command may show it; one that leaves it out on purpose does not.
    const hiding = scope.find((func) => nodesIn(func).some(holdsCode) && shows(func, CODE) && !showing.includes(func))
    if (hiding === undefined && showing[0] !== undefined) return satisfies(root, 'The user code is shown.', { spot: { func: showing[0] } })
    const using = scope.filter(
      (func) =>
        shows(func, COMPLETE) ||
        (hasWord(spokenBy([func]), COMPLETE) && /login|link|url|show|display|prompt|tool|auth/i.test(func.name) && !READS.test(func.name)),
    )
    const spot = hiding ?? using[0]
    if (spot === undefined) return undefined
    return violates(root, 'The complete URI is shown without the code that people have to compare.', {
      spot: { func: spot },
      searched: ['the user code in what is printed, returned or drawn'],
    })
  }),
}

/** Printed, put into a text, drawn, or handed to whoever draws. */
function shows(func: Func, word: RegExp, except: ReadonlySet<Node> = new Set()): boolean {
  return nodesIn(func).some((node) => {
    if (except.has(node)) return false
    const parts = shownParts(node)
    return parts.length > 0 && hasWord(spokenIn(parts), word)
  })
}

/** What happens only when there is no complete URI: the code that is shown there is hidden from all others. */
function withoutComplete(func: Func): ReadonlySet<Node> {
  if (!shows(func, COMPLETE)) return new Set()
  return new Set(
    nodesIn(func).flatMap((node) => {
      if (node.kind !== 'if') return []
      if (node.test.kind === 'unary' && node.test.op === '!' && isComplete(node.test.operand)) return [...nodesOf(node.yes)]
      const without = [...nodesOf([node.test])].find((each) => each.kind === 'unary' && each.op === '!' && holdsCode(each.operand))
      if (without !== undefined) return [...nodesOf(node.yes)]
      return isComplete(node.test) || holdsCode(node.test) ? [...nodesOf(node.no)] : []
    }),
  )
}

function isComplete(test: Node): boolean {
  return (test.kind === 'name' || test.kind === 'field') && COMPLETE.test(lastWord(test))
}

/** `strings.Contains(complete, userCode)`, `complete.includes(userCode)`, `user_code in complete`. */
function holdsCode(test: Node): boolean {
  const looks =
    test.kind === 'call'
      ? /^(?:contains|includes|index_of|has_suffix)$/.test(lastWord(test.callee))
      : test.kind === 'binary' && test.op === 'in'
  return looks && hasWord(spokenIn([test]), COMPLETE) && hasWord(spokenIn([test]), CODE)
}

function shownParts(node: Node): readonly Node[] {
  if (node.kind === 'call' && isLog(node)) return node.args.map(({ value }) => value)
  if (node.kind === 'template' || node.kind === 'markup') return [node]
  if (node.kind === 'binary' && node.op === '+' && (node.left.kind === 'text' || node.right.kind === 'text')) return [node]
  if (
    node.kind === 'call' &&
    /^(?:sprintf|format|join|render|println|printf|fprintf|bold|cyan|green|box|note|prompt|copy|write_all|set_content|bold_green|on_user_code|on_verification|display.*|show.*)$/i.test(
      node.callee.kind === 'field'
        ? node.callee.name.replace(/([a-z])([A-Z])/g, '$1_$2')
        : node.callee.kind === 'name'
          ? node.callee.name.replace(/([a-z])([A-Z])/g, '$1_$2')
          : '',
    )
  )
    return node.args.map(({ value }) => value)
  return []
}
