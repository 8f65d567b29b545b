/** Who is who in a project: the clients that poll, and the server that redeems, hands out and has approved. */
import { type Poll, isGrant, pollsOf } from '../flow/poll.ts'
import { type Project, reachable } from '../link/project.ts'
import type { Func, Node, SourceFile } from '../neutral/tree.ts'
import { lastWord, nodesIn, pathOf, wordOf } from '../neutral/walk.ts'
import { isNetwork } from '../flow/effects.ts'
import { type Model, modelOf } from '../knowledge/models.ts'
import type { Route } from './routes.ts'
import { serverOf } from './server-unit.ts'
import { handsOut, makesCodes } from './handing-out.ts'
import { folderOf, isExample, leadingTo } from './surroundings.ts'
import { makesError } from './code-names.ts'
import { comparedIn, saidIn } from './said.ts'
import { registriesIn, type Registry } from '../registry/registries.ts'
import { hasWord, spokenIn, wordsAt } from './spots.ts'

export interface ClientUnit {
  readonly side: 'client'
  /** Absent when a library polls. */
  readonly poll?: Poll
  /** The library that polls, and where it is asked to. */
  readonly model?: Model
  readonly root: Func
  /** The poll, what it calls, and what leads to it: where codes are shown and tokens are kept. */
  readonly scope: readonly Func[]
  readonly files: readonly SourceFile[]
}

export interface ServerUnit {
  readonly side: 'server'
  readonly root: Func
  /** From the token endpoint down. */
  readonly redemption: readonly Func[]
  /** From the device authorization endpoint down. */
  readonly authorization: readonly Func[]
  /** What writes the decision of a person. */
  readonly approval: readonly Func[]
  readonly scope: readonly Func[]
  readonly files: readonly SourceFile[]
  readonly routes: readonly Route[]
  /** Words of the members that hold the decision, by what redemption asks before it says pending or denied. */
  readonly states: ReadonlySet<string>
}

export interface Subject {
  readonly project: Project
  readonly clients: readonly ClientUnit[]
  readonly server?: ServerUnit
  /** Settings that register clients which may use the device grant. */
  readonly registries: readonly Registry[]
  /** What is to be told of how they were read. */
  readonly notes: readonly string[]
}

export function subjectOf(project: Project): Subject {
  const polling = pollsOf(project)
  const redeeming = redemptionFunctions(project, new Set(polling.map(({ redeem }) => project.packageOf(redeem.file.path))))
  const serverFiles = new Set(redeeming.map(({ file }) => file))
  const polls = polling.filter(
    ({ redeem, entry }) =>
      !redeeming.includes(redeem) &&
      !project.callsIn(redeem).some((call) => /^(?:generate|create|new|make)_?(?:device|user)_?code$/.test(lastWord(call.callee))) &&
      !redeeming.includes(entry) &&
      !(serverFiles.has(redeem.file) && serverFiles.has(entry.file) && !isClientLike(project, redeem)),
  )
  const real = polls.filter(({ entry }) => !isExample(entry))
  const unique = withoutCopies(
    (real.length > 0 ? real : polls).filter((poll, index, all) => all.findIndex((other) => other.entry === poll.entry) === index),
  )
  const clients = [...unique.map((poll) => clientOf(project, poll.entry, { poll })), ...modelClients(project, unique)]
  const server = serverOf(
    project,
    redeeming,
    new Set(
      clients.flatMap(({ poll }) =>
        poll === undefined ? [] : poll.scope.filter(({ file }) => file === poll.entry.file || file === poll.redeem.file),
      ),
    ),
  )
  return { project, clients, ...(server === undefined ? {} : { server }), ...registriesIn(project.texts) }
}

/** What a package is built into, often several times beside its source. */
const BUILT = /^(?:dist|lib|build|out|es|esm|cjs|umd|bundle|module|commonjs)(?:[-_.]|$)/

/** Of a poll that a package holds as it was written and as it was built one is enough: the source, when it is there. */
function withoutCopies(polls: readonly Poll[]): Poll[] {
  const top = ({ entry }: Poll): string => entry.file.path.split('/')[0] ?? ''
  const rank = (poll: Poll): number => (/^src$|[-_]src$/.test(top(poll)) ? 0 : BUILT.test(top(poll)) ? 2 : 1)
  return polls.filter(
    (poll, index) =>
      !polls.some(
        (other, place) =>
          other.entry.name === poll.entry.name &&
          other.entry.owner === poll.entry.owner &&
          other.redeem.name === poll.redeem.name &&
          poll.entry.name !== '' &&
          top(other) !== top(poll) &&
          rank(poll) > 0 &&
          (rank(other) < rank(poll) || (rank(other) === rank(poll) && BUILT.test(top(poll)) && place < index)),
      ),
  )
}

function isClientLike(project: Project, func: Func): boolean {
  return comparedIn(func, project.codes).some(({ code }) => code === 'authorization_pending' || code === 'slow_down')
}

/** Functions that say `authorization_pending`, tell the grant from others, or fill in a grant of a library. */
function redemptionFunctions(project: Project, polling: ReadonlySet<string>): Func[] {
  const telling = allRedemptionFunctions(project)
  // A client beside its server is a package of its own.
  const isApart = (func: Func): boolean => !polling.has(project.packageOf(func.file.path))
  // An endpoint with words of its own: it takes the device code out of a request, and tokens come of it.
  const hands =
    telling.length === 0 &&
    project.functions.some((func) => func.name !== '<file>' && isApart(func) && handsOut(project, func) && makesCodes(project, func))
  const found = hands ? project.functions.filter((func) => isApart(func) && takesDeviceCode(project, func)) : telling
  const real = found.filter((func) => !isExample(func))
  return real.length > 0 ? real : found
}

function allRedemptionFunctions(project: Project): Func[] {
  const shapes = new Map(project.shapes.map((shape) => [`${shape.file.path}\n${shape.name}`, shape]))
  return project.functions.filter((func) => {
    if (func.name === '<file>' || makesError(func)) return false
    const owner = func.owner === '' ? undefined : shapes.get(`${func.file.path}\n${func.owner}`)
    if (owner?.bases.some((base) => /Device(?:Code|Authorization)?Grant$/.test(base)) === true) return true
    if (/^InvalidateDeviceCodeSession$/.test(func.name)) return true
    if (isPersonsSide(func) || startsElsewhere(project, func)) return false
    const said = saidIn(func, project.codes).some(({ code }) => code === 'authorization_pending')
    const compares = comparedIn(func, project.codes).some(({ code }) => code === 'authorization_pending')
    const sends = sendsGrant(project, func)
    // A table of codes says them as well; an endpoint knows of what they are about.
    if (said && !compares && !sends && speaksOfDevices(func)) return true
    // A state that is called like the answer: compared and said in one function, which no client does.
    if (
      said &&
      compares &&
      namesDeviceCode(func) &&
      !reachable(project, [func], 2).some((each) => project.callsIn(each).some((call) => isNetwork(call, each)))
    )
      return true
    return tellsGrant(project, func) && !sends && !project.callsIn(func).some((call) => isNetwork(call, func))
  })
}

/** What looks for a user code and knows no device code is for the person, not for the device. */
function isPersonsSide(func: Func): boolean {
  const words = wordsAt(func)
  if (/device_?(?:code|grant|credential)/.test(`${wordOf(func.name)} ${wordOf(func.owner)}`)) return false
  return words.has('user_code') && ![...words].some((word) => /device_code/.test(word) || word === 'grant_type')
}

/** Asks another server for codes and reads them out of the answer. */
function startsElsewhere(project: Project, func: Func): boolean {
  const read = new Set(
    nodesIn(func).flatMap((node) =>
      node.kind === 'index' && node.index.kind === 'text' ? [wordOf(node.index.value)] : node.kind === 'field' ? [lastWord(node)] : [],
    ),
  )
  return (
    read.has('user_code') &&
    [...read].some((word) => /^verification_ur[il]/.test(word)) &&
    project.callsIn(func).some((call) => isNetwork(call, func))
  )
}

function sendsGrant(project: Project, func: Func): boolean {
  const objects = nodesIn(func).filter((node) => node.kind === 'object')
  return (
    objects.some(({ entries }) =>
      entries.some(
        ({ key, value }) =>
          key === 'grant_type' && [value, ...(value.kind === 'list' ? value.items : [])].some((each) => isGrant(project, each, func)),
      ),
    ) && project.callsIn(func).some((call) => isNetwork(call, func))
  )
}

function speaksOfDevices(func: Func): boolean {
  return (
    /device|user_?code|rfc_?8628/i.test(
      `${func.name} ${func.owner} ${func.file.path} ${func.params.map(({ name, type }) => `${name} ${type}`).join(' ')}`,
    ) ||
    nodesIn(func).some((node) =>
      node.kind === 'name' || node.kind === 'field'
        ? /device|user_?code/i.test(node.name)
        : node.kind === 'text' && /device_?code/i.test(node.value),
    )
  )
}

function namesDeviceCode(func: Func): boolean {
  return nodesIn(func).some((node) => (node.kind === 'field' || node.kind === 'name') && lastWord(node) === 'device_code')
}

const REQUESTS =
  /^(?:req|request|r|c|ctx|context|body|form|params|query|input|payload|data|post|json|values|args|event|dto)(?:_|$)|(?:_|^)(?:req|request|body|form|params|input|payload|dto)$/
const READS =
  /^(?:get|value|form_value|post_form|post_form_value|param|query|required|pop|get_argument|field|get_first|body_param|query_param)$/

function takesDeviceCode(project: Project, func: Func): boolean {
  if (func.name === '<file>' || makesError(func)) return false
  const nodes = nodesIn(func)
  const takes = nodes.some((node) => {
    if (node.kind === 'field') return lastWord(node) === 'device_code' && REQUESTS.test(wordOf(pathOf(node.base).at(-1) ?? ''))
    if (node.kind !== 'call' || !READS.test(lastWord(node.callee))) return false
    return node.args.some(({ value }) => value.kind === 'text' && wordOf(value.value) === 'device_code')
  })
  const given = func.params.some(({ name }) => wordOf(name) === 'device_code') && /token|poll|exchange|redeem|grant/i.test(func.name)
  if (
    (!takes && !given) ||
    !nodes.some(
      (node) =>
        /(?:^|_)(?:access_token|token|tokens|jwt|credentials)$/.test(node.kind === 'object' ? '' : lastWord(node)) || hasTokenKey(node),
    )
  )
    return false
  const issues = /(?:issue|sign|create|generate|mint|new|make|build|encode)_?\w*(?:token|jwt|access|credentials)|^sign$|jwt/
  if (!project.callsIn(func).some((call) => issues.test(wordOf(pathOf(call.callee).slice(-2).join('_')))) && !nodes.some(hasTokenKey))
    return false
  if (!nodes.some((node) => node.kind === 'text' && /pending|expired|invalid|not_approved|unauthorized/i.test(node.value))) return false
  return !reachable(project, [func], 1).some((each) => project.callsIn(each).some((call) => isNetwork(call, each)))
}

function hasTokenKey(node: Node): boolean {
  return node.kind === 'object' && node.entries.some(({ key }) => /^(?:access_token|token)$/.test(wordOf(key ?? '')))
}

/** `switch (grant_type)` or `grant_type == "..."`: only a server asks which grant it was given. */
function tellsGrant(project: Project, func: Func): boolean {
  for (const node of nodesIn(func)) {
    if (node.kind === 'binary' && (node.op === '==' || node.op === '!=')) {
      const [one, other] = isGrant(project, node.left, func) ? [node.left, node.right] : [node.right, node.left]
      // `body.grant_type`, `form.get('grant_type')` and `body['grant_type']` alike.
      if (isGrant(project, one, func) && hasWord(spokenIn([other]), /grant/)) return true
    }
    if (node.kind === 'switch' && node.subject !== undefined && /grant/i.test(pathOf(node.subject).join('.'))) {
      if (node.cases.some(({ tests }) => tests.some((test) => isGrant(project, test, func)))) return true
    }
  }
  return false
}

function callsRoot(project: Project, func: Func, root: Func): boolean {
  return project.callersOf(root).some(({ from }) => from === func)
}

function clientOf(project: Project, root: Func, parts: { poll?: Poll; model?: Model }): ClientUnit {
  const callers = leadingTo(project, root, 3)
  // What calls it from beside it is of one piece with it, such as the class that keeps the tokens.
  const beside = callers.filter((func) => func.file !== root.file && folderOf(func) === folderOf(root) && callsRoot(project, func, root))
  const pieces = new Set([root.file, ...(parts.poll === undefined ? [] : [parts.poll.redeem.file]), ...beside.map(({ file }) => file)])
  const near = project.functions.filter(({ file }) => pieces.has(file))
  const own = startersOf(project).filter((func) => near.includes(func) || folderOf(func) === folderOf(root))
  const scope = reachable(project, [root, ...callers, ...own, ...near], 4)
  const files = [...new Set(scope.map(({ file }) => file))]
  return { side: 'client', root, scope, files, ...parts }
}

const WIRE = /^(?:device_code|user_code|verification_ur[il](?:_complete)?)$/

/** Functions that read what the device authorization endpoint answers. */
function startersOf(project: Project): Func[] {
  return project.functions.filter((func) => {
    const words = new Set<string>()
    for (const node of nodesIn(func)) {
      const word = node.kind === 'text' ? wordOf(node.value) : lastWord(node)
      if (WIRE.test(word)) words.add(word)
    }
    return words.size >= 2
  })
}

function modelClients(project: Project, polls: readonly Poll[]): ClientUnit[] {
  const known = new Set(polls.flatMap(({ scope }) => scope))
  const found = new Map<Func, Model>()
  for (const func of project.functions) {
    if (known.has(func)) continue
    for (const call of project.callsIn(func)) {
      // What the target defines itself is read, not known.
      const model = project.resolve(call, func).length > 0 ? undefined : modelOf(call, func)
      if (model !== undefined) found.set(func, model)
    }
  }
  const inner = [...found].filter(
    ([func]) =>
      ![...found.keys()].some(
        (other) => other !== func && other.file === func.file && other.line >= func.line && other.endLine <= func.endLine,
      ),
  )
  return inner.map(([func, model]) => clientOf(project, func, { model }))
}
