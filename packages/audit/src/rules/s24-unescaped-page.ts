import { spotsWhere } from '../facts/spots.ts'
import { originsOf } from '../facts/trace.ts'
import type { Project } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { calleeOf, lastName, lastWord, nodesOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const unescapedPage: Rule = {
  id: 'DF-S24',
  title: 'The page shows what a request says without escaping it',
  severity: 'high',
  confidence: 'medium',
  axis: 'approval',
  side: 'server',
  sources: ['RFC 9700 section 4.16', 'CWE-79'],
  fix: 'Let the template engine escape, write `<` as `\\u003c` in inline JSON, and send a Content-Security-Policy without inline scripts.',
  check: onServer(({ root, files }, { project }) => {
    const near = project.functions.filter(({ file }) => files.includes(file))
    const [bad] = spotsWhere(near, (node, func) => isUnescaped(project, node, func))
    if (bad !== undefined)
      return violates(root, 'A code or a name from the request becomes part of the page as it is.', {
        spot: bad,
        searched: ['an escape on the way into the page'],
      })
    const [good] = spotsWhere(
      near,
      (node) =>
        node.kind === 'call' &&
        /^(?:escape|escape_html|html_escape|h|encode_html|render_template|execute_template|render)$/.test(lastWord(node.callee)),
    )
    return good === undefined ? undefined : satisfies(root, 'Pages come from templates that escape.', { spot: good, confidence: 'low' })
  }),
}

function isUnescaped(project: Project, node: Node, func: Func): boolean {
  if (node.kind === 'template')
    return (
      isPage(node.parts) &&
      node.parts.some((part) => isFromOutside(part) && !isOwn(project, part, func) && !isNormalised(project, part, func))
    )
  if (node.kind === 'call') {
    const path = calleeOf(node)
    if (/^(?:template\.HTML|template\.JS|mark_safe|Markup|SafeString)$/.test(path))
      return node.args.some(({ value }) => value.kind !== 'text')
    if (/^(?:fmt\.Fprintf|fmt\.Sprintf)$/.test(path))
      return (
        node.args.some(
          ({ value }) => value.kind === 'text' && /<(?:html|body|p|div|h\d|script|form)\b/i.test(value.value) && /%[sv]/.test(value.value),
        ) && node.args.some(({ value }) => isFromOutside(value))
      )
  }
  if (node.kind === 'object')
    return node.entries.some(({ key }) => key === '__html') && [...nodesOf([node])].some((each) => isFromOutside(each))
  if (node.kind === 'binary' && node.op === '+')
    return (
      node.left.kind === 'text' &&
      /<(?:p|div|h\d|input|b|code|strong|script)\b[^>]*$|<\w+>/.test(node.left.value) &&
      isFromOutside(node.right)
    )
  return func.file.language === 'go' && node.kind === 'name' && false
}

function isPage(parts: readonly Node[]): boolean {
  return parts.some((part) => part.kind === 'text' && /<(?:html|body|script|form|div|p|h\d|input)\b/i.test(part.value))
}

const OUTSIDE = /^(?:user_?code|client_?name|initial_state|code|error_description|query|message|name)$/

/** A parameter that every call with the name of the function fills in with what has become a form of its own: no markup is left in it. */
function isNormalised(project: Project, part: Node, func: Func): boolean {
  const place = part.kind === 'name' ? func.params.findIndex(({ name }) => name === part.name) : -1
  if (place === -1 || func.name === '') return false
  const given = project.functions
    .flatMap((each) => project.callsIn(each))
    .filter((call) => lastName(call.callee) === func.name)
    .map((call) => call.args[place]?.value)
  return (
    given.length > 0 &&
    given.every((value) => value?.kind === 'call' && /normali[sz]e|escape|saniti[sz]e|format/.test(lastWord(value.callee)))
  )
}

/** What the server made itself: the code of a record that it kept, the name of a client that stands in the source. */
function isOwn(project: Project, part: Node, func: Func): boolean {
  if (part.kind === 'field' && /^(?:user_?)?code$/.test(lastWord(part)))
    return /^(?:device|record|flow|stored|entry|row|grant|found|pending|authorization|device_\w+)$/.test(lastWord(part.base))
  const listed = originsOf(project, part, func, false).filter(({ node }) => node.kind === 'index' && node.base.kind === 'name')
  return listed.some(
    ({ node }) =>
      node.kind === 'index' &&
      project.globals.get(lastName(node.base))?.some(({ value }) => value.kind === 'object' && value.entries.length > 0) === true,
  )
}

function isFromOutside(part: Node): boolean {
  if (part.kind === 'call') {
    const name = lastWord(part.callee)
    if (/escape|encode_uri|sanitize|render_to_string|^h$/.test(name)) return false
    if (name === 'replace' || name === 'stringify' || name === 'dumps')
      return (
        [...nodesOf([part])].some(
          (each) =>
            (each.kind === 'name' || each.kind === 'field') &&
            /state|props|user_?code|query|params|data|payload|client/.test(lastWord(each)),
        ) && ![...nodesOf([part])].some((each) => each.kind === 'text' && /\\?\\u003c|<|&lt;/.test(each.value))
      )
    return false
  }
  return (part.kind === 'name' || part.kind === 'field') && OUTSIDE.test(lastWord(part))
}
