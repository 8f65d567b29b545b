/** What writes the decision of a person. */
import { codeIn } from '../flow/codes.ts'
import type { Project } from '../link/project.ts'
import { columnsSet } from '../neutral/statement.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastName, lastWord, nodesIn, nodesOf, pathOf, wordOf } from '../neutral/walk.ts'
import { folderOf } from './surroundings.ts'
import { hasWord, spokenIn, wordsAt } from './spots.ts'

const DECIDES =
  /approve|authori[sz]e_?(?:device|user|code)|authenticate_?device|(?:link|pair|register)_?device|accept|allow|confirm|verif|activate|deny|denied|decline|reject|decision|consent|submit|grant_?access|complete|scan|invalidate_?device_?challenge|callback/
const DECIDED =
  /^(?:approved?|authori[sz]ed|verified|denied|status|state|user_id|subject|user|accepted|consented|approved_at|authorized_at|confirmed|is_approved|is_authorized|user_code_state)$/

/** Writes that somebody approved or denied: the page's handler, or what it calls. */
export function approves(project: Project, func: Func, folders: ReadonlySet<string>): boolean {
  if (func.name === '<file>' || isBackchannel(func)) return false
  const words = wordsAt(func)
  const device =
    [...words].some((word) => /user_code|device_(?:code|flow|challenge|grant|auth)/.test(word)) || /device|user_?code/i.test(func.name)
  if (!device) return false
  const near = folders.has(folderOf(func)) || [...words].some((word) => /user_code/.test(word))
  if (!near) return false
  const named = DECIDES.test(wordOf(func.name)) || /action|post|handler/i.test(func.name)
  const writes = nodesIn(func).some(
    (node) =>
      (node.kind === 'assign' &&
        node.target.kind === 'field' &&
        DECIDED.test(lastWord(node.target)) &&
        !/^(?:this|self)$/.test(pathOf(node.target)[0] ?? '')) ||
      (node.kind === 'object' &&
        node.entries.some(
          ({ key, value }) => !isAnswerStatus(value) && /^(?:status|approved|authorized|verified)$/.test(wordOf(key ?? '')),
        )),
  )
  const calls = project
    .callsIn(func)
    .some(
      (call) =>
        DECIDES.test(lastWord(call.callee)) &&
        /device|user_?code|approve|deny|challenge/.test(wordOf(lastWord(call.callee)) + [...words].join(' ')),
    )
  return (
    (named && (writes || calls || words.has('user_code'))) ||
    (writes && [...words].some((word) => /^(?:approved?|authorized|verified|denied|approve|deny|complete)$/.test(word)))
  )
}

/** Client-initiated backchannel authentication has user codes as well, and is no device flow. */
export function isBackchannel(func: Func): boolean {
  return /ciba|back_?channel/i.test(`${func.name} ${func.owner} ${func.file.path}`)
}

/** Words of members that say nothing of a decision, wherever they are compared. */
const PLAIN =
  /^(?:error|code|type|name|message|length|size|ok|id|grant_type|method|scopes?|value|key|\w*client(?:_?id)?|(?:realm|tenant|org|organi[sz]ation|workspace)(?:_?id)?|\w*(?:expir|interval|poll)\w*)$/

/** Members that redemption asks before it says `authorization_pending` or `access_denied`: the decision is kept there. */
export function statesAsked(project: Project, redemption: readonly Func[]): Set<string> {
  const found = new Set<string>()
  for (const func of redemption) {
    for (const node of nodesIn(func)) {
      if (node.kind !== 'if' || !node.yes.some((each) => saysUndecided(project, each))) continue
      for (const member of membersAsked(node.test)) if (!PLAIN.test(member)) found.add(member)
    }
  }
  return found
}

function saysUndecided(project: Project, node: Node): boolean {
  return [...nodesOf([node])].some((each) => {
    const code = each.kind === 'text' ? codeIn(each.value) : project.codes.get(lastName(each))
    return code === 'authorization_pending' || code === 'access_denied'
  })
}

/** `record.state === 'open'`, `!record.decision`. */
export function membersAsked(test: Node): string[] {
  if (test.kind === 'field') return [lastWord(test)]
  if (test.kind === 'unary' && test.op === '!') return membersAsked(test.operand)
  if (test.kind !== 'binary') return []
  if (/^(?:&&|\|\||\?\?)$/.test(test.op)) return [...membersAsked(test.left), ...membersAsked(test.right)]
  return /^(?:==|!=|in)$/.test(test.op) ? [test.left, test.right].flatMap((side) => (side.kind === 'field' ? [lastWord(side)] : [])) : []
}

/** Writes one of the members that redemption asks. */
export function decides(func: Func, states: ReadonlySet<string>): boolean {
  if (func.name === '<file>' || isBackchannel(func) || states.size === 0) return false
  // A status is anybody's: what writes one has to speak of what was asked for.
  const isMeant = (word: string): boolean => states.has(word) && (!/^(?:status|state|user|subject)$/.test(word) || speaksOfRequests(func))
  return nodesIn(func).some((node) => {
    if (node.kind === 'assign')
      return node.op === '=' && node.target.kind === 'field' && isMeant(lastWord(node.target)) && !isNoDecision(node.value)
    if (node.kind !== 'call') return false
    return node.args.some(({ value }) => {
      if (value.kind === 'text') return columnsSet(value.value).some((column) => isMeant(wordOf(column))) && !isNoDecision(value)
      return value.kind === 'object' && value.entries.some((each) => isMeant(wordOf(each.key ?? '')) && !isNoDecision(each.value))
    })
  })
}

function speaksOfRequests(func: Func): boolean {
  const words = [func.name, func.owner, ...func.params.map(({ name }) => name), ...nodesIn(func).map(lastName)]
  return words.some((word) => /device|user_?code|challenge|flow|grant|pairing|typed|authori[sz]ation/i.test(word))
}

/** The status of an answer: a number, or how things go. */
export function isAnswerStatus(value: Node): boolean {
  if (value.kind === 'conditional') return isAnswerStatus(value.yes) && isAnswerStatus(value.no)
  return (value.kind === 'number' && value.value >= 100) || (value.kind === 'text' && /^(?:ok|error|healthy|up|down)$/i.test(value.value))
}

/** A state that no person chose: how it begins, how it ends by itself, and that it was redeemed. */
function isNoDecision(value: Node): boolean {
  if (isAnswerStatus(value)) return true
  const words = spokenIn([value])
  return (
    (value.kind === 'constant' && value.value === null) ||
    (hasWord(words, /(?:^|_)(?:pending|expired|redeemed|consumed|used|exchanged|claimed)(?:_|$)/) &&
      !hasWord(words, /approv|allow|accept|grant|deni|refus/))
  )
}
