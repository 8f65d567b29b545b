import { leadingUp, lookups } from '../facts/lookups.ts'
import { hasWord, spokenBy, spokenIn, spotsWhere } from '../facts/spots.ts'
import { enclosing } from '../facts/trace.ts'
import { type Project, reachable } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf, pathOf, wordOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

const REMEMBERED = /consent|remember|previously|trusted|skip_?confirm|auto_?approve/

export const noConfirmation: Rule = {
  id: 'DF-S14',
  title: 'Nobody is asked, or nobody sees for what',
  severity: 'medium',
  confidence: 'low',
  axis: 'approval',
  side: 'server',
  sources: ['RFC 8628 section 5.4', 'RFC 8628 section 3.3.1', 'CWE-451'],
  fix: 'Show the name of the client, what it asks for and the code, and approve only when somebody then says yes, also when they said yes before.',
  check: onServer((server, { project }) => {
    const { root, approval } = server
    const [first] = approval
    if (first === undefined) return undefined
    const near = leadingUp(project, lookups(project, server), 2)
    const [remembered] = spotsWhere(
      near,
      (node, func) =>
        node.kind === 'if' &&
        (REMEMBERED.test(wordsIn(node.test)) || isFound(project, node, func)) &&
        !(node.test.kind === 'unary') &&
        [...nodesOf(node.yes)].some(
          (each) =>
            (each.kind === 'call' && /approv|authori[sz]e|accept|invalidate_device|complete|grant/.test(lastWord(each.callee))) ||
            (each.kind === 'assign' &&
              each.target.kind === 'field' &&
              /status|state|decision/.test(lastWord(each.target)) &&
              /approv|authori[sz]ed|accept|grant/.test(wordsIn(each.value))),
        ),
    )
    if (remembered !== undefined)
      return violates(root, 'A consent of some other day approves this device as soon as the code is typed.', { spot: remembered })
    const pages = [...project.texts].filter(
      ([path, text]) =>
        /\.(?:html?|jinja2?|j2|gohtml|tmpl|tsx|jsx|svelte|vue|ejs|hbs|mustache|njk|pug)$/i.test(path) &&
        (/user[_-]?code|userCode/i.test(text) ||
          (/device/i.test(text) && /device|activat|approv|consent|verif|pair|connect/i.test(path))) &&
        /<form|<button|type=.submit/i.test(text),
    )
    const telling = pages.find(([, text]) => /client|application|app[_-]?name/i.test(text) && /scope|permission/i.test(text))
    const step = [...reachable(project, near, 1)].find(
      (func) => /consent|confirm|decision/.test(wordOf(func.name)) && tells(spokenBy([func])),
    )
    // What programs are answered is no page.
    const wire = new Set([...server.redemption, ...server.authorization].filter((func) => !near.includes(func)))
    const page = reachable(project, near, 2).find(
      (func) =>
        func.name !== '<file>' && !wire.has(func) && nodesIn(func).some((node) => shows(project, shownIn(node, near.includes(func)), func)),
    )
    if (telling !== undefined || page !== undefined || step !== undefined)
      return satisfies(root, 'The page says who asks for what before somebody approves.', {
        confidence: 'low',
        ...(page === undefined ? {} : { spot: { func: page } }),
      })
    return violates(root, 'Typing the code is all there is: no page names the client and what it asks for.', {
      spot: { func: approval.find((func) => /handler|view|controller|route/i.test(func.file.path)) ?? first },
      searched: ['a page or an answer with the client and the scopes, before the decision'],
    })
  }),
}

function wordsIn(node: Node): string {
  return [...nodesOf([node])].map(lastWord).join(' ')
}

/** `if err := kept.LoadConsent(user, client); err == nil`: in Go what is remembered is there when nothing failed. */
function isFound(project: Project, { test, line }: Node & { kind: 'if' }, func: Func): boolean {
  if (test.kind !== 'binary' || test.op !== '==' || test.right.kind !== 'constant' || test.right.value !== null) return false
  return project
    .assignsIn(func)
    .some((each) => each.line === line && each.value.kind === 'call' && REMEMBERED.test(lastWord(each.value.callee)))
}

function tells(words: ReadonlySet<string>): boolean {
  return (
    hasWord(words, /^(?:client_?name|client|client_info|application|app_?name)$/) &&
    hasWord(words, /^scopes?$|scope_?(?:list|info|descriptions)/)
  )
}

const SHOWS =
  /^(?:render|render_template|template_response|html|json|render_.*|execute_template|view|page|render_html_template|jsonify|respond.*|send|ok)$/

/** A page, or an answer for one, with what was read of the client and with what it asks for. */
function shows(project: Project, values: readonly Node[], func: Func): boolean {
  if (values.length === 0) return false
  if (tells(keysAnd(values))) return true
  const words = spokenIn([...values, ...values.flatMap((value) => givenTo(project, value, func))])
  return (
    hasWord(words, /^(?:\w+_)?clients?(?:_\w+)?$|^application$|^app_?name$/) &&
    hasWord(words, /^scopes?$|_scopes?$|scope_?(?:list|info|descriptions)/)
  )
}

/** What a node shows; what is returned is an answer only where the code is looked up. */
function shownIn(node: Node, isEndpoint: boolean): readonly Node[] {
  if (node.kind === 'call')
    return SHOWS.test(lastWord(node.callee)) ? node.args.map(({ value }) => value).filter((value) => value.kind !== 'lambda') : []
  if (node.kind === 'return') return !isEndpoint || node.value === undefined || node.value.kind === 'call' ? [] : [node.value]
  if (node.kind !== 'template') return []
  return node.parts.some((part) => part.kind === 'text' && /<[a-z]/i.test(part.value))
    ? node.parts.filter(({ kind }) => kind !== 'text')
    : []
}

/** What the names in a value were given, right here: what is further away is not what is shown. */
function givenTo(project: Project, value: Node, func: Func): Node[] {
  const names = new Set([...nodesOf([value])].flatMap((each) => (each.kind === 'name' ? [each.name] : [])))
  return [func, ...enclosing(func)].flatMap((around) =>
    project.assignsIn(around).flatMap(({ target, value: given }) => (target.kind === 'name' && names.has(target.name) ? [given] : [])),
  )
}

function keysAnd(values: readonly Node[]): Set<string> {
  return new Set(
    [...nodesOf(values)].flatMap((each) =>
      each.kind === 'object' ? each.entries.map(({ key }) => wordOf(key ?? '')) : pathOf(each).map(wordOf),
    ),
  )
}
