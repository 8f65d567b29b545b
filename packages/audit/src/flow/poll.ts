/** Finds where a client polls: the request that redeems a device code, and the loop around it. */
import { type Project, reachable } from '../link/project.ts'
import type { Call, Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf, pathOf, wordOf } from '../neutral/walk.ts'
import { definitionOf } from '../facts/fold.ts'
import { codeIn } from './codes.ts'
import type { Walkthrough } from './round.ts'
import { comparedIn, saidIn } from '../facts/said.ts'
import { isNetwork, isUntil, isWait } from './effects.ts'
import { type Repeat, repeatIn } from './repeating.ts'
import { isRetry, retriedIn } from './retry.ts'

export interface Poll {
  /** The function with the loop, or the one that asks once when nobody loops. */
  readonly entry: Func
  /** The function that names the grant in its request. */
  readonly redeem: Func
  /** All that belongs to polling: from the entry down. */
  readonly scope: readonly Func[]
  readonly loops: boolean
  /** The request, when it is a call into a library of which nothing is known. */
  readonly ask?: Call
  /** The call that hands the request to a function which repeats it, when the loop is there. */
  readonly repeat?: Repeat
  /** Walkthroughs that were done: each rule asks for the same few. */
  readonly walked: Map<string, Walkthrough>
}

/** Whether a node is the grant type of RFC 8628 section 3.4, written out or as a constant. */
export function isGrant(project: Project, node: Node, func: Func): boolean {
  if (node.kind === 'text') return saysGrant(node.value) || node.value === 'device_code_grant'
  if (node.kind !== 'name' && node.kind !== 'field') return false
  if (!/grant|device|flow/i.test(lastWord(node))) return false
  const value = definitionOf(project, node, func)?.value
  // A constant of another package is known by its name alone.
  if (value === undefined)
    return /(?:^|\.)grant_?types?\.device_code(?:_grant)?$|(?:^|\.)device_code_grant_type$/.test(pathOf(node).map(wordOf).join('.'))
  if (value.kind !== 'text') return false
  // One vendor takes the bare word; only a constant that says so means it.
  return saysGrant(value.value) || (value.value === 'device_code' && /grant/i.test(pathOf(node).join('.')))
}

/** The grant type of the RFC, or that of the drafts before it, which one vendor still takes. */
function saysGrant(text: string): boolean {
  return text.includes('grant-type:device_code') || text.includes('grant_type/device/1.0')
}

/** A call into a library that nobody here knows, in a function that tells the answers to a poll apart: it asks, whatever it is called. */
function unknownAsk(project: Project, func: Func): Call | undefined {
  if (func.name === '<file>' || !nodesIn(func).some((node) => speaksOfPending(project, node))) return undefined
  const codes = new Set(comparedIn(func, project.codes).map(({ code }) => code))
  if (
    !codes.has('authorization_pending') ||
    saidIn(func, project.codes).some(({ code, passed }) => code === 'authorization_pending' && !passed)
  )
    return undefined
  const asking = project
    .callsIn(func)
    .filter((call) => !isWait(call) && /device|token|poll|exchange|authenticate|check|grant/.test(lastWord(call.callee)))
  return (
    asking.find(
      (call) =>
        project.resolve(call, func).length === 0 &&
        !/^(?:cancel|set_|log|on_|emit|save|store|decode|parse|is_|abort)/.test(lastWord(call.callee)),
    ) ??
    // A method of a base class that ends in a library.
    asking.find((call) => /^(?:execute|send|post|request|fetch|poll|exchange|redeem|submit|query)_/.test(lastWord(call.callee)))
  )
}

function speaksOfPending(project: Project, node: Node): boolean {
  if (node.kind === 'text') return codeIn(node.value) === 'authorization_pending'
  if (node.kind !== 'name' && node.kind !== 'field') return false
  return project.codes.get(node.name) === 'authorization_pending' || /pending/i.test(node.name)
}

/** Functions that ask a server for the token of a device code; when one only puts the form together, those that send it. */
function redeemers(project: Project): Func[] {
  const standard = redeemingFunctions(project)
  const found = standard.length > 0 ? standard : project.functions.filter((func) => handsCodeIn(project, func))
  const forms = project.functions.filter(
    (func) =>
      func.name !== '<file>' &&
      nodesIn(func).some(
        (node) =>
          (node.kind === 'object' &&
            node.entries.some(({ key, value }) => wordOf(key ?? '') === 'grant_type' && isGrant(project, value, func))) ||
          (node.kind === 'call' &&
            lastWord(node.callee).endsWith('grant_type') &&
            node.args.some(({ value }) => isGrant(project, value, func))),
      ) &&
      !asks(project, func),
  )
  const senders = forms.flatMap((func) => project.callersOf(func).map(({ from }) => from)).filter((func) => asks(project, func))
  // The one that names the grant is the request; one that only tells the answers apart may be around it.
  const naming = (func: Func): number => (nodesIn(func).some((node) => isGrant(project, node, func)) ? 0 : 1)
  return [...new Set([...found, ...senders])].sort((one, other) => naming(one) - naming(other))
}

function redeemingFunctions(project: Project): Func[] {
  return project.functions.filter((func) => {
    if (unknownAsk(project, func) !== undefined && !asks(project, func)) return true
    if (func.name === '<file>') return asksDirectly(project, func) && nodesIn(func).some((node) => isGrant(project, node, func))
    const nodes = nodesIn(func)
    const grant = nodes.some((node) => isGrant(project, node, func))
    const named = nodes.some((node) => codeOfNode(node) === 'authorization_pending')
    if (!grant && !named) return false
    if (!asks(project, func)) return false
    if (named && inGrantClass(project, func)) return comparedIn(func, project.codes).some(({ code }) => code === 'authorization_pending')
    return grant
      ? !isServerSide(nodes) && handsGrantOn(project, func, nodes)
      : sendsDeviceCode(func, nodes) || isGivenDeviceCode(project, func)
  })
}

/** A vendor with an endpoint for this one grant needs no name for it: a device code and who asks go into a request. */
function handsCodeIn(project: Project, func: Func): boolean {
  if (func.name === '<file>' || !/user_?code|verification_?ur[il]|oauth\/device/i.test(func.file.text)) return false
  const isCode = (key: string, value: Node): boolean => key === 'device_code' || (key === 'code' && /^device_?code$/.test(lastWord(value)))
  const hands = nodesIn(func).some((node) => {
    if (node.kind !== 'object') return false
    const keys = node.entries.map(({ key }) => wordOf(key ?? ''))
    if (keys.some((key) => /^(?:user_code|verification_ur[il]|expires_in|expires_at|status)$/.test(key))) return false
    return keys.includes('client_id') && node.entries.some(({ key, value }) => isCode(wordOf(key ?? ''), value))
  })
  return hands && asks(project, func)
}

/** The grant goes into a request, or is at least named beside a device code. */
function handsGrantOn(project: Project, func: Func, nodes: readonly Node[]): boolean {
  const isKey = (name: string | undefined): boolean => wordOf(name ?? '') === 'grant_type'
  return nodes.some((node) => {
    if (node.kind === 'object') return node.entries.some(({ key }) => isKey(key) || wordOf(key ?? '') === 'device_code')
    if (node.kind === 'assign') return isKey(lastWord(node.target))
    if (node.kind === 'call') return node.args.some(({ name, value }) => isKey(name) || (value.kind === 'text' && isKey(value.value)))
    if (node.kind === 'text') return /grant_type=/.test(node.value)
    return (node.kind === 'name' || node.kind === 'field') && lastWord(node).endsWith('device_code') && !isGrant(project, node, func)
  })
}

/** A class that is of this grant: one of its members is its name. */
function inGrantClass(project: Project, { owner, file }: Func): boolean {
  if (owner === '') return false
  const isNamed = (value: Node): boolean => value.kind === 'text' && saysGrant(value.value)
  return (
    (project.globals.get(`${owner}.grant_type`) ?? []).some(({ value, func }) => func.file === file && isNamed(value)) ||
    file.shapes.some(({ name, members }) => name === owner && members.some(({ preset }) => preset !== undefined && isNamed(preset)))
  )
}

function codeOfNode(node: Node): string | undefined {
  return node.kind === 'text' ? codeIn(node.value) : undefined
}

function sendsDeviceCode(func: Func, nodes: readonly Node[]): boolean {
  const words = (node: Node): boolean => node.kind === 'name' && /device_(?:auth_)?(?:code|token)/.test(wordOf(node.name))
  return (
    /poll|exchange|token|device/i.test(func.name) &&
    nodes.some((node) => words(node) || (node.kind === 'object' && node.entries.some(({ key }) => key === 'device_code')))
  )
}

/** Polls for whatever grant it is told to, and somebody tells it a device code: `pollGrant(answer.device_code, deviceCodeGrantRequest)`. */
function isGivenDeviceCode(project: Project, func: Func): boolean {
  return (
    comparedIn(func, project.codes).some(({ code }) => code === 'authorization_pending') &&
    project
      .callersOf(func)
      .some(({ call }) =>
        call.args.some(({ value }) => (value.kind === 'name' || value.kind === 'field') && lastWord(value).endsWith('device_code')),
      )
  )
}

/** A server speaks of the grant as well: it compares it, or lists it. */
function isServerSide(nodes: readonly Node[]): boolean {
  return nodes.some((node) => node.kind === 'object' && node.entries.some(({ key }) => key === 'grant_types_supported'))
}

function asksDirectly(project: Project, func: Func): boolean {
  // A wrapper of their own around `fetch` is one, whatever it does inside; and so is what has the name of a request and ends where nobody sees.
  return project.callsIn(func).some((call) => {
    if (!isNetwork(call, func)) return false
    const targets = project.resolve(call, func)
    return (
      targets.length === 0 || lastWord(call.callee) === 'fetch' || !reachable(project, targets, 3).some((each) => leavesFrom(project, each))
    )
  })
}

function leavesFrom(project: Project, func: Func): boolean {
  return project.callsIn(func).some((call) => isNetwork(call, func) && project.resolve(call, func).length === 0)
}

function asks(project: Project, func: Func): boolean {
  return reachable(project, [func], 3).some((each) => asksDirectly(project, each))
}

/** All polls of a project, one for each redeeming function. */
export function pollsOf(project: Project): Poll[] {
  const found = redeemers(project)
  const inner = found.filter((func) => !found.some((other) => other !== func && isWithin(func, other) === false && isWithin(other, func)))
  return inner.flatMap((redeem): Poll[] => {
    const ask = asks(project, redeem) ? undefined : unknownAsk(project, redeem)
    const entry = entryOf(project, redeem, ask)
    // One that asks a library once says nothing of how it polls.
    if (ask !== undefined && !entry.loops) return []
    return [
      {
        entry: entry.func,
        redeem,
        loops: entry.loops,
        scope: reachable(project, [entry.func], 5),
        walked: new Map(),
        ...(ask === undefined ? {} : { ask }),
        ...(entry.repeat === undefined ? {} : { repeat: entry.repeat }),
      },
    ]
  })
}

function isWithin(outer: Func, func: Func): boolean {
  return outer !== func && outer.file === func.file && outer.line <= func.line && outer.endLine >= func.endLine && outer.name !== '<file>'
}

interface Entry {
  readonly func: Func
  readonly loops: boolean
  readonly repeat?: Repeat
}

/** Climbs from the request to the loop around it: in the function, in one that contains it, in one that calls it. */
function entryOf(project: Project, redeem: Func, ask: Call | undefined): Entry {
  const seen = new Set<Func>([redeem])
  let level: { func: Func; holds: (node: Node) => boolean }[] = [
    {
      func: redeem,
      holds: (node) => node.kind === 'call' && (node === ask || isNetwork(node, redeem) || leadsToNetwork(project, node, redeem)),
    },
  ]
  const climbed: typeof level = []
  for (let depth = 0; depth < 5; depth++) {
    for (const { func, holds } of level) if (hasLoop(project, func, holds)) return { func, loops: true }
    climbed.push(...level)
    const next: typeof level = []
    for (const { func } of level) {
      for (const outer of func.file.functions.filter((each) => isWithin(each, func) && !seen.has(each))) {
        seen.add(outer)
        next.push({ func: outer, holds: (node) => node.kind === 'lambda' && node.func === func })
      }
      for (const { call, from } of project.callersOf(func)) {
        if (seen.has(from)) continue
        seen.add(from)
        next.push({ func: from, holds: (node) => node === call })
      }
    }
    level = next.filter(({ func }) => func.name !== '<file>' || depth === 0)
  }
  return handedToLoop(project, climbed) ?? looping(project, redeem)
}

/** A request that is handed to a loop elsewhere. One that is tried again when it fails is no poll yet. */
function handedToLoop(project: Project, climbed: readonly { func: Func; holds: (node: Node) => boolean }[]): Entry | undefined {
  for (const { func, holds } of climbed) {
    const repeat = repeatIn(project, func, holds, (target, calls) => !/retr|attempt/i.test(target.name) && hasLoop(project, target, calls))
    if (repeat !== undefined) return { func, loops: true, repeat }
  }
  return undefined
}

/** Who only names the grant may hand a form to a function that loops and tells the answers apart. */
function looping(project: Project, redeem: Func): Entry {
  const inner = reachable(project, [redeem], 3).find(
    (func) =>
      func !== redeem &&
      comparedIn(func, project.codes).some(({ code }) => code === 'authorization_pending' || code === 'slow_down') &&
      hasLoop(project, func, (node) => node.kind === 'call' && (isNetwork(node, func) || leadsToNetwork(project, node, func))),
  )
  return inner === undefined ? { func: redeem, loops: false } : { func: inner, loops: true }
}

function leadsToNetwork(project: Project, call: Call, func: Func): boolean {
  return project.resolve(call, func).some((each) => asks(project, each))
}

function hasLoop(project: Project, func: Func, holds: (node: Node) => boolean): boolean {
  const nodes = nodesIn(func)
  const loops = nodes.filter((node) => node.kind === 'loop' && [...nodesOf([node])].some(holds))
  // A loop over a list of things asks about each of them, not about the same one again.
  if (
    loops.some(
      (node) => node.kind === 'loop' && (node.over === undefined || /range|count|attempt/i.test(JSON.stringify(namesOf(node.over)))),
    )
  )
    return true
  const timers = project
    .callsIn(func)
    .filter((call) => /set_interval|set_timeout|after_func|call_later|schedule/.test(lastWord(call.callee)) || isUntil(call))
  const again = (call: Call): boolean =>
    call.args.some(
      ({ value }) =>
        (value.kind === 'lambda' &&
          [...nodesOf([value])].some((each) => holds(each) || (each.kind === 'call' && project.resolve(each, func).includes(func)))) ||
        (value.kind === 'name' && value.name === func.name && func.name !== ''),
    )
  if (timers.some(again)) return true
  if (project.callsIn(func).some((call) => retries(project, call, func, holds))) return true
  return func.name !== '' && project.callsIn(func).some((call) => project.resolve(call, func).includes(func))
}

function retries(project: Project, call: Call, func: Func, holds: (node: Node) => boolean): boolean {
  if (!isRetry(call, func)) return false
  const named = project.handedTo(call, func)
  const lambdas = retriedIn(project, call, func)
  return named.some((each) => asks(project, each)) || lambdas.some((each) => asks(project, each) || [...nodesOf(each.body)].some(holds))
}

function namesOf(node: Node): string[] {
  return [...nodesOf([node])].map((each) => lastWord(each))
}
