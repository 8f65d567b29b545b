import { callsWhere, spotsWhere } from '../facts/spots.ts'
import type { Project } from '../link/project.ts'
import type { Spot } from '../neutral/spot.ts'
import type { Func, Node, SourceFile } from '../neutral/tree.ts'
import { lastWord, nodesOf, wordOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

const TOKEN = /^(?:refresh_?token|access_?token|raw_?token|token)$/

export const storedTokenPlaintext: Rule = {
  id: 'DF-S19',
  title: 'Tokens are stored in the clear',
  severity: 'medium',
  confidence: 'low',
  axis: 'storage',
  side: 'server',
  sources: ['RFC 6819 section 5.1.4.1', 'RFC 9700 section 4.14', 'CWE-312'],
  fix: 'Store a digest of each refresh token, and no self-contained access tokens at all.',
  check: onServer(({ root, files }, { project }) => {
    const near = project.functions.filter(({ file }) => files.includes(file) || /model|store|token|schema|repositor/i.test(file.path))
    const hashed = spotsWhere(
      near,
      (node) =>
        (node.kind === 'call' && /hash_?token|token_?hash|sha256_?token|digest_?token/.test(lastWord(node.callee))) ||
        (node.kind === 'field' && /^(?:token_?hash|hashed_?token|refresh_?token_?hash|token_?digest)$/.test(lastWord(node))),
    )
    if (hashed[0] !== undefined) return satisfies(root, 'Tokens are stored as digests.', { spot: hashed[0] })
    const [stored] = [...spotsWhere(near, (node) => isStored(node)), ...near.flatMap((func) => storedWhole(project, func))]
    const column = project.shapes.find(
      ({ file, members, name }) =>
        (files.includes(file) || /model/i.test(file.path)) &&
        isTable(file) &&
        /token|device|session|grant|credential/i.test(name) &&
        members.some((member) => /^(?:\w+_)?(?:refresh_token|access_token)$/.test(wordOf(member.name))),
    )
    const top = column?.file.functions.find(({ name }) => name === '<file>')
    if (stored === undefined && (column === undefined || top === undefined)) return undefined
    const spot = stored ?? { func: top ?? root, node: { kind: 'other' as const, line: column?.line ?? 1, column: 1, children: [] } }
    return violates(root, 'Whoever reads the store has tokens that can be used.', { spot, searched: ['a digest on the way to the store'] })
  }),
}

function isTable({ text }: SourceFile): boolean {
  return /models\.Model|Column\(|mapped_column|gorm:|@Entity/.test(text)
}

function isStored(node: Node): boolean {
  if (node.kind === 'text') return keepsToken(node.value)
  if (node.kind !== 'call' || !/^(?:values|insert|insert_one|create|save)$/.test(lastWord(node.callee))) return false
  return [...nodesOf(node.args.map(({ value }) => value))].some(
    (each) =>
      each.kind === 'object' &&
      each.entries.some(
        ({ key, value }) =>
          TOKEN.test(wordOf(key ?? '')) &&
          wordOf(key ?? '') !== 'access_token' &&
          !/hash|digest|encrypt/.test([...nodesOf([value])].map(lastWord).join(' ')),
      ),
  )
}

/** `data := json.Marshal(token)`, `redis.Set(key, data)`: an answer with tokens goes into a store as it is. */
function storedWhole(project: Project, func: Func): Spot[] {
  const isAnswer = (type: string): boolean =>
    project.shapes.some(
      ({ name, members }) =>
        type.replace(/^.*\W/, '') === name &&
        members.some((member) => /^(?:access|refresh)_token$/.test(wordOf(member.wire || member.name))),
    )
  const whole = new Set(func.params.flatMap(({ name, type }) => (isAnswer(type) ? [name] : [])))
  if (whole.size === 0) return []
  const isWhole = (node: Node): boolean =>
    node.kind === 'call' &&
    /^(?:marshal(?:_indent)?|stringify|dumps)$/.test(lastWord(node.callee)) &&
    node.args.some(({ value }) => value.kind === 'name' && whole.has(value.name))
  const texts = new Set(
    project.assignsIn(func).flatMap(({ target, value }) => (isWhole(value) ? [...nodesOf([target])].flatMap(nameOf) : [])),
  )
  return callsWhere([func], (call) => {
    const sets = /^(?:set(?:_ex|_nx|ex)?|h_?set|put)$/.test(lastWord(call.callee)) && call.args.length >= 2
    return sets && call.args.some(({ value }) => isWhole(value) || nameOf(value).some((name) => texts.has(name)))
  })
}

function nameOf(node: Node): string[] {
  return node.kind === 'name' && node.name !== 'err' && node.name !== '_' ? [node.name] : []
}

/** `INSERT INTO tokens (..., refresh_token, ...)`: a column for the token itself. */
function keepsToken(text: string): boolean {
  const [, columns = ''] = /\binsert\s+into\s+\S*(?:token|session|grant|credential)\S*\s*\(([^)]*)\)/i.exec(text) ?? []
  return columns.split(',').some((column) => wordOf(column.trim().replace(/\W/g, '')) === 'refresh_token')
}
