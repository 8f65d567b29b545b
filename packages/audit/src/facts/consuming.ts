/** Where a device code is used up. */
import { columnsSet, isStatement } from '../neutral/statement.ts'
import type { Project } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf, pathOf, wordOf } from '../neutral/walk.ts'
import type { Spot } from '../neutral/spot.ts'
import type { ServerUnit } from './roles.ts'
import { leadingUp } from './lookups.ts'
import { DEVICE } from './server-words.ts'
import { hasWord, spokenBy, spokenIn, spotsWhere } from './spots.ts'
import { returnsOf } from './trace.ts'

const REMOVES =
  /^(?:delete|remove|destroy|del|h_?del|z_?rem|s_?rem|take|get_and_delete|delete_item|pop|getdel|get_del|consume|consume_one|claim|redeem|invalidate|revoke_code|delete_one|delete_many|delete_from|unlink|evict|find_one_and_delete|find_one_and_update|compare_and_swap|compare_and_set|mark_.*|set_used|set_consumed|.*_?consume_?.*|.*_?redeem_?.*|invalidate_.*|delete_.*|remove_.*|claim_.*|use_.*code.*|expire_.*|complete_.*|finalize_.*|take_.*|pop_.*|spend_.*|burn_?.*)$/
const USED =
  /^(?:used|consumed|redeemed|exchanged|completed|claimed|approved_consumed|issued|used_at|consumed_at|redeemed_at|is_used|is_consumed|active|expired|token_issued|done|authorized_consumed|invalidated|finished)$/

const SETS = /^(?:mark|set|change|update|transition|move)_?\w*(?:status|state|flow|code|grant|request)\w*$/

/** Writes and deletions that make a code useless, on the way from the token endpoint. */
export function consumptions({ redemption }: ServerUnit, project: Project): Spot[] {
  // `return { status: 'expired' }` tells, it changes nothing.
  const told = new Set(redemption.flatMap((func) => returnsOf(func)).filter(({ kind }) => kind === 'object'))
  return spotsWhere(redemption, (node, func) => {
    if (told.has(node)) return false
    // A function of the project that is told which state to set.
    if (node.kind === 'call' && SETS.test(lastWord(node.callee)) && node.args.some(({ value }) => value.kind === 'text' && isUsed(value)))
      return isAboutDevice(node, func)
    if (/refresh|revoke_token|session(?!.*device)/i.test(func.name) && !/device|code/i.test(func.name)) return false
    // What is walked into is judged by what is in it, not by its name.
    if (
      node.kind === 'call' &&
      !ATOMIC.test(lastWord(node.callee)) &&
      project.resolve(node, func).some((target) => redemption.includes(target))
    )
      return false
    if (node.kind === 'call' && REMOVES.test(lastWord(node.callee))) return isAboutDevice(node, func)
    if (
      node.kind === 'call' &&
      /^(?:update|update_column|set)$/.test(lastWord(node.callee)) &&
      node.args.some(({ value }) => value.kind === 'text' && USED.test(wordOf(value.value)))
    )
      return isAboutDevice(node, func)
    if (node.kind === 'assign' && node.target.kind === 'field') return marks(node.target, node.value) && isAboutDevice(node, func)
    if (
      node.kind === 'object' &&
      node.entries.some(
        ({ key, value }) =>
          /^(?:status|state)$/.test(wordOf(key ?? '')) && hasWord(spokenIn([value]), /(?:^|_)(?:consumed|redeemed|exchanged)$/),
      )
    )
      return true
    if (node.kind === 'object')
      return (
        node.entries.some(
          ({ key, value }) =>
            key !== undefined &&
            ((/^:?(?:status|state)$/.test(wordOf(key)) && isUsed(value)) ||
              (/^(?:used|consumed|redeemed|used_at|consumed_at|redeemed_at)$/.test(wordOf(key)) && value.kind !== 'constant')),
        ) && isAboutDevice(node, func)
      )
    return node.kind === 'text' && usesUp(node.value)
  })
}

/** A statement that deletes a device code, or changes more of it than when it was last asked for. */
function usesUp(text: string): boolean {
  if (/\bdelete\s+from\s+\S*device/i.test(text)) return true
  if (!/\bupdate\s+\S*device\S*\s+set\b/i.test(text)) return false
  return columnsSet(text).some((column) => !/poll|interval|last|seen|attempt|updated/.test(wordOf(column)))
}

function marks(target: Node, value: Node): boolean {
  const word = lastWord(target)
  if (/^(?:status|state)$/.test(word)) return isUsed(value) || hasWord(spokenIn([value]), /^(?:success|succeeded|token_sent|delivered)$/)
  return USED.test(word) && !(word === 'active' && value.kind === 'constant' && value.value === true) && !/^expired$/.test(word)
}

function isUsed(value: Node): boolean {
  return hasWord(
    spokenIn([value]),
    /^(?:used|consumed|redeemed|exchanged|completed|claimed|approved[-_]consumed|issued|expired|done|finished|token_issued)$|_status_(?:used|consumed|redeemed|exchanged|claimed|token_issued)$/,
  )
}

function isAboutDevice(node: Node, func: Func): boolean {
  const words = spokenIn([node])
  for (const part of node.kind === 'call' ? pathOf(node.callee).map(wordOf) : []) words.add(part)
  if (hasWord(words, DEVICE)) return true
  // Values of an expression of DynamoDB stand apart from the key that they are for.
  if (node.kind === 'object' && node.entries.some(({ key }) => key?.startsWith(':') === true) && hasWord(spokenBy([func]), /device_?code/))
    return true
  return (
    /device|challenge|redeem|consume/i.test(`${func.name} ${func.owner}`) ||
    (/device|rfc8628/i.test(func.file.path) && !/refresh/i.test(func.name))
  )
}

/** Branches that end without tokens: what is removed there was not redeemed. */
export function isOnRefusal(spot: Spot): boolean {
  const { func, node } = spot
  if (node === undefined) return false
  let found = false
  const visit = (each: Node, refused: boolean): void => {
    if (each === node && refused) found = true
    if (each.kind === 'if') {
      const ends = (body: readonly Node[]): boolean => [...nodesOf(body)].some(({ kind }) => kind === 'throw') || failing(body)
      for (const one of each.yes) visit(one, refused || ends(each.yes))
      for (const one of each.no) visit(one, refused)
      return
    }
    for (const child of childrenWithin(each)) visit(child, refused)
  }
  for (const each of func.body) visit(each, false)
  return found
}

/** `return nil, ErrExpired`: Go's way to refuse. */
function failing(body: readonly Node[]): boolean {
  return [...nodesOf(body)].some(
    (node) => node.kind === 'return' && node.value?.kind === 'list' && /^err/i.test(lastWord(node.value.items.at(-1) ?? node.value)),
  )
}

function childrenWithin(node: Node): readonly Node[] {
  const all = [...nodesOf([node])].slice(1)
  const nested = new Set(all.flatMap((each) => [...nodesOf([each])].slice(1)))
  return all.filter((each) => !nested.has(each))
}

const ATOMIC =
  /^(?:consume_one|compare_and_swap|compare_and_set|getdel|get_del|rows_affected|row_count|rowcount|affected_rows|num_affected_rows|num_updated_rows|affected|modified_count|deleted_count|find_one_and_delete|find_one_and_update|(?:\w+_)?for_update|with_lock|advisory_lock|watch|set_nx|setnx|returning|returning_all|execute_take_first_or_throw|result_rows|num_deleted_rows|swap|cas|load_and_delete|eval|evalsha|serializable|update_many|delete_many|pop|update_returning|changes|claim_once)$/

/** Whether exactly one of two redeemers can win: a condition whose outcome is read, a lock, a value that is taken out. */
export function isDecisive(project: Project, spots: readonly Spot[], redemption: readonly Func[]): Spot | undefined {
  const asked = spots.find((spot) => isAskedFor(spot) || failsWithoutRow(spot))
  if (asked !== undefined) return asked
  const near = new Set(spots.flatMap(({ func, node }) => [func, ...(node?.kind === 'call' ? project.resolve(node, func) : [])]))
  const callers = leadingUp(project, [...near], 3).filter((func) => redemption.includes(func))
  const around = [
    ...near,
    ...callers.filter((func) => project.callsIn(func).some((call) => project.resolve(call, func).some((each) => near.has(each)))),
  ]
  // A pure transition is carried out by whoever is handed it: `change(store, id, (record) => step(record))`.
  const carriers = callers.flatMap((func) =>
    project
      .callsIn(func)
      .filter((call) => call.args.some(({ value }) => value.kind === 'lambda'))
      .flatMap((call) => project.resolve(call, func)),
  )
  const [spot] = spotsWhere(
    [...around, ...carriers],
    (node) =>
      ((node.kind === 'name' || node.kind === 'field' || node.kind === 'call') && ATOMIC.test(lastWord(node))) ||
      (node.kind === 'text' && isStatement(node.value) && /\bfor\s+update\b/i.test(node.value)) ||
      // `select().for('update')`
      (node.kind === 'call' &&
        lastWord(node.callee) === 'for' &&
        node.args[0]?.value.kind === 'text' &&
        /update/.test(node.args[0].value.value)),
  )
  return spot
}

/** `const removed = await store.del(code); if (removed === 0) ...`: what the removal says decides. */
function isAskedFor({ func, node }: Spot): boolean {
  if (node?.kind !== 'call') return false
  const within = (each: Node): boolean => [...nodesOf([each])].includes(node)
  const names = new Set(
    nodesIn(func).flatMap((each) => {
      if (each.kind !== 'assign' || !within(each.value)) return []
      const targets = each.target.kind === 'list' ? each.target.items : [each.target]
      return targets.flatMap((target) => (target.kind === 'name' && !/^(?:_|err\w*|error|e|exc?)$/i.test(target.name) ? [target.name] : []))
    }),
  )
  return nodesIn(func).some((each) => {
    if (each.kind !== 'if') return false
    // Go's `if err := remove(); err != nil` asks whether it failed, not whether it removed.
    if (func.file.language !== 'go' && within(each.test)) return true
    return [...nodesOf([each.test])].some((part) => part.kind === 'name' && names.has(part.name))
  })
}

/** Prisma's `delete` of one row throws when the row is gone: whoever comes second gets no further, unless that is swallowed. */
function failsWithoutRow({ func, node }: Spot): boolean {
  if (node?.kind !== 'call' || lastWord(node.callee) !== 'delete' || !pathOf(node.callee).some((part) => /^prisma$/i.test(part)))
    return false
  return !nodesIn(func).some(
    (each) =>
      (each.kind === 'try' && [...nodesOf(each.body)].includes(node)) ||
      (each.kind === 'call' && /^(?:catch|all_settled)$/.test(lastWord(each.callee)) && [...nodesOf([each])].includes(node)),
  )
}

const DATABASES =
  /prisma|sequelize|typeorm|knex|mongo|\bpg\b|postgres|redis|drizzle|kysely|sqlite|mysql|sqlalchemy|django|gorm|database\/sql|dynamo|firestore|supabase|gobuffalo\/pop|sqlx|entgo\.io|peewee|tortoise/i

/** Kept in the memory of one program, as far as anybody imports: nothing comes in between. */
export function isInMemory({ files }: ServerUnit): boolean {
  const single = files.every(({ language }) => language === 'typescript' || language === 'javascript')
  return (
    single &&
    files.some(({ text }) => /new Map\b|\.splice\(|: Map</.test(text)) &&
    !files.some(({ imports, text }) => imports.some(({ module }) => DATABASES.test(module)) || /\bdb\.|adapter\./.test(text))
  )
}
