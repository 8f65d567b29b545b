import { spotsWhere } from '../facts/spots.ts'
import { originsOf } from '../facts/trace.ts'
import type { Project } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesOf, wordOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const codePlaintext: Rule = {
  id: 'DF-S16',
  title: 'Codes are stored in the clear',
  severity: 'low',
  confidence: 'medium',
  axis: 'storage',
  side: 'server',
  sources: ['RFC 8628 section 5.2', 'CWE-312'],
  fix: 'Store a keyed digest of each code, and look codes up by it.',
  check: onServer(({ root, authorization, files }, { project }) => {
    const members = project.shapes
      .filter(({ file, name }) => files.includes(file) || /model|schema|entit|table/i.test(file.path + name))
      .flatMap((shape) => shape.members.map((member) => ({ shape, member })))
    const columns = members.filter(
      ({ shape, member }) =>
        /^(?:device_?code|user_?code)$/.test(wordOf(member.name)) &&
        /device|credential|code/i.test(shape.name) &&
        isModel(shape.file.text, member.type) &&
        member.wire !== '-' &&
        !/gorm:"-"/.test(lineOf(shape.file.text, member.line)),
    )
    const stored = spotsWhere(authorization, (node, func) => isStored(project, node, func))
    const hashed = spotsWhere(
      authorization,
      (node) =>
        (node.kind === 'name' || node.kind === 'field' || node.kind === 'call') &&
        /signature|hash|hmac|digest|sha256/.test(lastWord(node)) &&
        /code|signature|token/.test(lastWord(node)),
    )
    const [raw] = stored
    const [column] = columns
    if (raw === undefined && column === undefined)
      return hashed[0] === undefined ? undefined : satisfies(root, 'Only digests of the codes are stored.', { spot: hashed[0] })
    if (raw === undefined && hashed[0] !== undefined && !columns.some(({ member }) => /^user_?code$/.test(wordOf(member.name))))
      return satisfies(root, 'Only digests of the codes are stored.', { spot: hashed[0] })
    const top = column?.shape.file.functions.find(({ name }) => name === '<file>')
    const spot =
      column !== undefined && top !== undefined
        ? { func: top, node: { kind: 'other' as const, line: column.member.line, column: 1, children: [] } }
        : (raw ?? { func: root })
    return violates(root, 'Whoever reads the store has codes that can be used.', { spot, searched: ['a digest on the way to the store'] })
  }),
}

function lineOf(text: string, line: number): string {
  return text.split('\n')[line - 1] ?? ''
}

function isModel(text: string, _type: string): boolean {
  return /models\.Model|Column\(|mapped_column|gorm:|@Entity|Base\)|db:"|declarative|Schema\(|pgTable|sqliteTable/.test(text)
}

/** An insertion with a code as it is. */
function isStored(project: Project, node: Node, func: Func): boolean {
  if (
    node.kind !== 'call' ||
    !/^(?:create|insert|insert_one|save|put|add|set|values|store|store_.*|save_.*|create_.*|insert_.*|add_.*|put_.*|persist|exec|hset)$/.test(
      lastWord(node.callee),
    )
  )
    return false
  if (/storage|memory/.test(lastWord(node.callee.kind === 'field' ? node.callee.base : node.callee))) return false
  // What is stored may have been put together before: `const item = { ... }`.
  const given = node.args.flatMap(({ value }) =>
    value.kind === 'name' ? originsOf(project, value, func, false).map((each) => each.node) : [value],
  )
  return [...nodesOf(given)].some(
    (each) =>
      each.kind === 'object' &&
      each.entries.some(
        ({ key, value }) =>
          /^(?:device_?code|user_?code)$/.test(wordOf(key ?? '')) &&
          !/hash|digest|sign|hmac|encrypt/.test([...nodesOf([value])].map(lastWord).join(' ')),
      ),
  )
}
