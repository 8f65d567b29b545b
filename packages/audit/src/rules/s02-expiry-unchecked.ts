import { checksExpiry, DEVICE } from '../facts/server-words.ts'
import { callsWhere, hasWord, spokenIn } from '../facts/spots.ts'
import { folded } from '../facts/fold.ts'
import type { Project } from '../link/project.ts'
import type { Call, Func, Node } from '../neutral/tree.ts'
import type { Spot } from '../neutral/spot.ts'
import { lastWord, nodesIn, nodesOf, pathOf } from '../neutral/walk.ts'
import { frameworkFor } from '../knowledge/models.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const expiryUnchecked: Rule = {
  id: 'DF-S02',
  title: 'An expired device code is still redeemed',
  severity: 'high',
  confidence: 'medium',
  axis: 'redemption',
  side: 'server',
  sources: ['RFC 8628 section 3.5', 'CWE-613'],
  fix: 'Compare the end of the code with the clock at every redemption, also when a sweeper removes old ones.',
  check: onServer(({ root, redemption, authorization, files }, { project }) => {
    if (redemption.length === 0) return undefined
    const looks = checksExpiry(redemption).filter(({ func }) => !isOfOther(func))
    const late = looks.filter((each) => comesLate(each))
    const [spot] = looks.filter((each) => !late.includes(each))
    if (spot !== undefined) return satisfies(root, 'The end of the code is looked at before tokens are issued.', { spot })
    const [kept] = callsWhere([...authorization], (call, func) => forgets(project, call, func))
    if (kept !== undefined) return satisfies(root, 'The store forgets the code at its end.', { spot: kept })
    const framework = frameworkFor('DF-S02', files)
    if (framework !== undefined) return satisfies(root, `${framework} does this for every server that is built on it.`)
    const [missed] = late
    if (missed !== undefined)
      return violates(root, 'What was approved is redeemed before the end of the code is looked at.', {
        spot: missed,
        searched: ['a look at the end of the code before the one at the decision'],
      })
    return violates(root, 'Nothing on the way to the tokens looks at the end of the code.', {
      spot: { func: root },
      searched: [`a comparison with time, or a predicate, on ${DEVICE.source.split('|')[0]} codes`, 'a store that forgets by itself'],
    })
  }),
}

/** A store that is told how long to keep something: `setex`, `set(..., 'EX', 600)`, `cache.Set(key, value, lifetime)`. */
function forgets(project: Project, call: Call, func: Func): boolean {
  const name = lastWord(call.callee)
  const words = /^(?:ex|px|ttl|expiration_ttl|expires_in|expiration|timeout)$/
  if (/^(?:setex|set_ex|psetex|expire|pexpire|expireat|set_with_ttl|set_with_expiration)$/.test(name)) return true
  if (!/^(?:set|put|add|save|store)$/.test(name)) return false
  if (call.args.some(({ name: as, value }) => words.test(as ?? '') || hasWord(spokenIn([value]), /^(?:ex|px|ttl|expiration_ttl)$/)))
    return true
  const last = call.args.at(-1)?.value
  if (call.args.length < 3 || last === undefined || !/cache|redis|rdb|kv|memcache/i.test(pathOf(call.callee).slice(0, -1).join('.')))
    return false
  return (folded(project, last, func) ?? 0) >= 20 || hasWord(spokenIn([last]), /expir|ttl|life|max_age|timeout|duration/)
}

/** Assertions, certificates and other tokens end as well. */
function isOfOther({ name, owner, file }: Func): boolean {
  const words = `${name} ${owner} ${file.path}`
  return /jwt|assertion|verifier|id_?token|refresh|cookie|certificate|dpop/i.test(words) && !/device/i.test(words)
}

const APPROVED = /^(?:is_)?(?:done|approved?|authori[sz]ed|complete[d]?|verified|granted)$/

/** `if state.Done { return state, nil }` stands before the look at the clock. */
function comesLate({ func, node }: Spot): boolean {
  if (node === undefined) return false
  return nodesIn(func).some((each) => {
    if (each.kind !== 'if' || each.line >= node.line || [...nodesOf([each])].includes(node)) return false
    if (each.test.kind === 'unary' || !hasWord(spokenIn([each.test]), APPROVED)) return false
    return each.yes.some((inner) => inner.kind === 'return' && inner.value?.kind === 'list' && isNothing(inner.value.items.at(-1)))
  })
}

/** `return value, nil`: no error. */
function isNothing(node: Node | undefined): boolean {
  return node?.kind === 'constant' && node.value === null
}
