import { leadingUp, lookups } from '../facts/lookups.ts'
import { hasWord, spokenBy, spotsWhere } from '../facts/spots.ts'
import { reachable } from '../link/project.ts'
import { lastWord, nodesOf, pathOf, wordOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

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
      (node) =>
        node.kind === 'if' &&
        /consent|remember|previously|trusted|skip_?confirm|auto_?approve/.test([...nodesOf([node.test])].map(lastWord).join(' ')) &&
        !(node.test.kind === 'unary') &&
        [...nodesOf(node.yes)].some(
          (each) => each.kind === 'call' && /approv|authori[sz]e|accept|invalidate_device|complete|grant/.test(lastWord(each.callee)),
        ),
    )
    if (remembered !== undefined)
      return violates(root, 'A consent of some other day approves this device as soon as the code is typed.', { spot: remembered })
    const pages = [...project.texts].filter(
      ([path, text]) =>
        /\.(?:html?|jinja2?|j2|gohtml|tmpl|tsx|jsx|svelte|vue)$/i.test(path) &&
        /user[_-]?code|userCode|device/i.test(text) &&
        /<form|<button|type=.submit/i.test(text),
    )
    const telling = pages.find(([, text]) => /client|application|app[_-]?name/i.test(text) && /scope|permission/i.test(text))
    const shown = near.filter((func) => func.name !== '<file>').find((func) => tells(spokenBy([func])) && shows(func))
    const step = [...reachable(project, near, 1)].find(
      (func) => /consent|confirm|decision/.test(wordOf(func.name)) && tells(spokenBy([func])),
    )
    if (telling !== undefined || shown !== undefined || step !== undefined)
      return satisfies(root, 'The page says who asks for what before somebody approves.', {
        confidence: 'low',
        ...(shown === undefined ? {} : { spot: { func: shown } }),
      })
    return violates(root, 'Typing the code is all there is: no page names the client and what it asks for.', {
      spot: { func: approval.find((func) => /handler|view|controller|route/i.test(func.file.path)) ?? first },
      searched: ['a page or an answer with the client and the scopes, before the decision'],
    })
  }),
}

function tells(words: ReadonlySet<string>): boolean {
  return (
    hasWord(words, /^(?:client_?name|client|client_info|application|app_?name)$/) &&
    hasWord(words, /^scopes?$|scope_?(?:list|info|descriptions)/)
  )
}

function shows(func: Parameters<typeof spokenBy>[0] extends Iterable<infer F> ? F : never): boolean {
  return (
    spotsWhere(
      [func],
      (node) =>
        (node.kind === 'call' &&
          /^(?:render|render_template|template_response|html|json|render_.*|execute_template|view|render_html_template|jsonify|respond.*|send|ok)$/.test(
            lastWord(node.callee),
          ) &&
          tells(
            new Set(
              [...nodesOf(node.args.map(({ value }) => value))].flatMap((each) =>
                each.kind === 'object' ? each.entries.map(({ key }) => wordOf(key ?? '')) : [lastWord(each)],
              ),
            ),
          )) ||
        (node.kind === 'return' &&
          node.value !== undefined &&
          tells(
            new Set(
              [...nodesOf([node.value])].flatMap((each) =>
                each.kind === 'object' ? each.entries.map(({ key }) => wordOf(key ?? '')) : pathOf(each).map(wordOf),
              ),
            ),
          )),
    ).length > 0
  )
}
