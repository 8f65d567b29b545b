import { goingOn, roundsOf, waitsOf } from '../flow/rounds.ts'
import { folded } from '../facts/fold.ts'
import { hasWord } from '../facts/spots.ts'
import { type Origin, wordsOf } from '../facts/trace.ts'
import type { Project } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf, wordOf } from '../neutral/walk.ts'
import { byModel, perClient, type Rule, satisfies, unknown, violates } from './rule.ts'

export const tightLoop: Rule = {
  id: 'DF-C04',
  title: 'Polling spins, or an absent interval is not read as 5 seconds',
  severity: 'high',
  confidence: 'high',
  axis: 'polling',
  side: 'client',
  sources: ['RFC 8628 section 3.2', 'RFC 8628 section 3.5', 'CWE-834'],
  fix: 'Wait on every way from `authorization_pending` back to the request, and take 5 seconds when the response names no interval.',
  check: perClient((client, { project }) => {
    const { poll, root } = client
    if (poll === undefined) return byModel(client, 'DF-C04')
    const walked = roundsOf(project, poll, 'authorization_pending')
    const again = goingOn(walked)
    const spinning = again.find(({ waited }) => !waited)
    if (spinning !== undefined && again.every(({ waited }) => !waited)) {
      return violates(root, 'After `authorization_pending` the next request is sent without any wait.', {
        spot: { func: poll.entry, ...(spinning.at === undefined ? {} : { node: spinning.at }) },
        searched: ['a wait between the answer and the next request, in the loop and what it calls'],
      })
    }
    if (again.length === 0)
      return poll.loops ? undefined : unknown(root, 'Whoever calls this waits between two requests; nothing here does.')
    for (const { origins } of waitsOf(project, walked)) {
      const short = origins.find((each) => standsInShort(project, each))
      if (short !== undefined && !origins.some(({ node }) => node.kind === 'call' && lastWord(node.callee) === 'max'))
        return violates(root, 'Without `interval` in the response the wait is shorter than 5 seconds.', {
          severity: 'low',
          spot: short,
          searched: ['a default of 5 wherever the interval comes through'],
        })
      const reads = origins.find((each) => isWireInterval(each))
      if (
        reads !== undefined &&
        !hasPreset(
          project,
          origins,
          client.scope.filter(({ file }) => poll.scope.some((each) => each.file === file)),
          reads,
        )
      ) {
        return violates(root, 'Without `interval` in the response there is no wait of 5 seconds: nothing takes its place.', {
          severity: 'low',
          spot: { func: reads.func, node: reads.node },
          searched: ['a default of 5 wherever the interval comes through', 'a check that refuses a response without it'],
        })
      }
    }
    return satisfies(root, 'Every way back to the request waits.')
  }),
}

/** `answer.get("interval", 0)`, `answer.interval ?? 1`: RFC 8628 section 3.2 says 5. */
function standsInShort(project: Project, { node, func }: Origin): boolean {
  const isInterval = (each: Node | undefined): boolean =>
    each !== undefined && (each.kind === 'text' ? each.value === 'interval' : lastWord(each) === 'interval' || isInterval(keyOf(each)))
  const given =
    node.kind === 'call' && /^(?:get|pop)$/.test(lastWord(node.callee)) && isInterval(node.args[0]?.value)
      ? node.args[1]?.value
      : node.kind === 'binary' && /^(?:\?\?|\|\|)$/.test(node.op) && isInterval(node.left)
        ? node.right
        : undefined
  const seconds = given === undefined ? undefined : folded(project, given, func)
  return seconds !== undefined && seconds < 5
}

function keyOf(node: Node): Node | undefined {
  if (node.kind === 'index') return node.index
  return node.kind === 'call' && /^(?:get|pop)$/.test(lastWord(node.callee)) ? node.args[0]?.value : undefined
}

function isWireInterval({ node }: Origin): boolean {
  return node.kind === 'field' && /^interval(?:_seconds|_sec)?$/.test(lastWord(node))
}

/** Something that stands in when the interval is missing: a default, a floor, a test for zero, a library that refuses. */
function hasPreset(project: Project, origins: readonly Origin[], scope: readonly Func[], reads: Origin): boolean {
  // Subscripting a dict without the key raises in Python, and attributes are made by whoever parses: nothing spins.
  if (reads.func.file.language === 'python') return true
  // `interval = 5`, as a parameter.
  if (origins.some(({ func }) => func.params.some(({ name, preset }) => preset !== undefined && wordOf(name).includes('interval'))))
    return true
  const near = origins.filter(({ func }) => func.file === reads.func.file)
  if (near.some(({ node }) => node.kind === 'binary' && (node.op === '??' || node.op === '||'))) return true
  if (
    origins.some(
      ({ node, func }) =>
        node.kind === 'call' &&
        /^(?:max|get|or_default|cmp_or|or|get_or_default|coalesce|clamp|min_interval|normali[sz]e.*)$/.test(lastWord(node.callee)) &&
        node.args.some(({ value }) => folded(project, value, func) !== undefined),
    )
  )
    return true
  if (near.some(({ node }) => node.kind === 'conditional')) return true
  const words = wordsOf(near)
  if (hasWord(words, /default_?(?:poll|interval)|fallback_?interval|min(?:imum)?_?(?:poll|interval)/)) return true
  const assigns = scope.flatMap((func) => nodesIn(func).map((node) => ({ node, func })))
  return (
    assigns.some(({ node, func }) => tests(node) && changes(project, node, func)) ||
    assigns.some(({ node }) => presets(node) || schema(node)) ||
    // A schema of the whole answer stands wherever types are kept.
    project.functions.some((func) => nodesIn(func).some((node) => schema(node) && describesAnswer(node)))
  )
}

/** `if (interval <= 0)`, `if (!response.interval)`, `if x.Interval != nil`. */
function tests(node: Node): node is Node & { kind: 'if' } {
  return (
    node.kind === 'if' &&
    [...nodesOf([node.test])].some(
      (each) => (each.kind === 'name' || each.kind === 'field') && /interval|delay|wait|poll/.test(lastWord(each)),
    )
  )
}

function changes(_project: Project, node: Node & { kind: 'if' }, _func: Func): boolean {
  return [...nodesOf([...node.yes, ...node.no])].some((each) => each.kind === 'assign' || each.kind === 'return' || each.kind === 'throw')
}

/** `interval: response.interval ?? 5`, in whatever maps the response. */
function presets(node: Node): boolean {
  if (node.kind !== 'binary' || (node.op !== '??' && node.op !== '||')) return false
  return [...nodesOf([node.left])].some((each) => each.kind === 'field' && lastWord(each).startsWith('interval'))
}

function describesAnswer(node: Node): boolean {
  return node.kind === 'object' && node.entries.some(({ key }) => key === 'device_code')
}

/** A schema with `interval: z.number().default(5)`, or without `optional`. */
function schema(node: Node): boolean {
  return (
    node.kind === 'object' &&
    node.entries.some(
      ({ key, value }) =>
        key === 'interval' &&
        value.kind === 'call' &&
        /default|number|int|coerce|positive/.test([...nodesOf([value])].map(lastWord).join(' ')),
    )
  )
}
