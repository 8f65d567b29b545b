/** Who is who in a project: the clients that poll, and the server that redeems, hands out and has approved. */
import { type Poll, isGrant, pollsOf } from '../flow/poll.ts'
import { type Project, reachable } from '../link/project.ts'
import type { Func, Node, SourceFile } from '../neutral/tree.ts'
import { lastWord, nodesIn, pathOf, wordOf } from '../neutral/walk.ts'
import { isNetwork } from '../flow/effects.ts'
import { type Model, modelOf } from '../knowledge/models.ts'
import { type Route, routesOf } from './routes.ts'
import { makesError } from './code-names.ts'
import { comparedIn, saidIn } from './said.ts'

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
}

export interface Subject {
  readonly project: Project
  readonly clients: readonly ClientUnit[]
  readonly server?: ServerUnit
}

export function subjectOf(project: Project): Subject {
  const polling = pollsOf(project)
  const redeeming = redemptionFunctions(project, polling.length > 0)
  const serverFiles = new Set(redeeming.map(({ file }) => file))
  const polls = polling.filter(
    ({ redeem, entry }) =>
      !redeeming.includes(redeem) &&
      !project.callsIn(redeem).some((call) => /^(?:generate|create|new|make)_?(?:device|user)_?code$/.test(lastWord(call.callee))) &&
      !redeeming.includes(entry) &&
      !(serverFiles.has(redeem.file) && serverFiles.has(entry.file) && !isClientLike(project, redeem)),
  )
  const real = polls.filter(({ entry }) => !isExample(entry))
  const unique = (real.length > 0 ? real : polls).filter(
    (poll, index, all) => all.findIndex((other) => other.entry === poll.entry) === index,
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
  return { project, clients, ...(server === undefined ? {} : { server }) }
}

function isClientLike(project: Project, func: Func): boolean {
  return comparedIn(func, project.codes).some(({ code }) => code === 'authorization_pending' || code === 'slow_down')
}

/** Functions that say `authorization_pending`, tell the grant from others, or fill in a grant of a library. */
function redemptionFunctions(project: Project, polls: boolean): Func[] {
  const telling = allRedemptionFunctions(project)
  // An endpoint with words of its own: it takes the device code out of a request, and tokens come of it.
  const hands =
    telling.length === 0 &&
    !polls &&
    project.functions.some((func) => func.name !== '<file>' && handsOut(project, func) && makesCodes(project, func))
  const found = hands ? project.functions.filter((func) => takesDeviceCode(project, func)) : telling
  const real = found.filter((func) => !isExample(func))
  return real.length > 0 ? real : found
}

/** An example beside the real thing is not the real thing. */
function isExample({ file }: Func): boolean {
  return /(?:^|\/)(?:examples?|playground|demos?|samples?|docs|bench(?:marks?)?)[^/]*\//i.test(file.path)
}

function allRedemptionFunctions(project: Project): Func[] {
  const shapes = new Map(project.shapes.map((shape) => [`${shape.file.path}\n${shape.name}`, shape]))
  return project.functions.filter((func) => {
    if (func.name === '<file>' || makesError(func)) return false
    const owner = func.owner === '' ? undefined : shapes.get(`${func.file.path}\n${func.owner}`)
    if (owner?.bases.some((base) => /Device(?:Code|Authorization)?Grant$/.test(base)) === true) return true
    if (/^InvalidateDeviceCodeSession$/.test(func.name)) return true
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
  if (
    !takes ||
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
      if (isGrant(project, one, func) && /grant/i.test(pathOf(other).join('.'))) return true
    }
    if (node.kind === 'switch' && node.subject !== undefined && /grant/i.test(pathOf(node.subject).join('.'))) {
      if (node.cases.some(({ tests }) => tests.some((test) => isGrant(project, test, func)))) return true
    }
  }
  return false
}

/** Functions that call into a unit, a few calls up: what starts a login, and what does something with its outcome. */
function leadingTo(project: Project, func: Func, levels: number): Func[] {
  let level = [func]
  const found = new Set<Func>()
  for (let depth = 0; depth < levels; depth++) {
    const next = level.flatMap((each) => project.callersOf(each).map(({ from }) => from)).filter((each) => !found.has(each))
    for (const each of next) found.add(each)
    level = next.slice(0, 12)
  }
  return [...found]
}

function clientOf(project: Project, root: Func, parts: { poll?: Poll; model?: Model }): ClientUnit {
  const callers = leadingTo(project, root, 3)
  const near = project.functions.filter(({ file }) => file === root.file || file === parts.poll?.redeem.file)
  const own = startersOf(project).filter((func) => near.includes(func) || folderOf(func) === folderOf(root))
  const scope = reachable(project, [root, ...callers, ...own, ...near], 4)
  const files = [...new Set(scope.map(({ file }) => file))]
  return { side: 'client', root, scope, files, ...parts }
}

function folderOf({ file }: Func): string {
  return file.path.slice(0, file.path.lastIndexOf('/') + 1)
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

function serverOf(project: Project, redeeming: readonly Func[], clients: ReadonlySet<Func>): ServerUnit | undefined {
  const routes = routesOf(project)
  const mixing = project.functions.filter((func) => !clients.has(func) && func.name !== '<file>' && handsOut(project, func))
  // Who only reads or hands on what another server gave is no server; who makes the codes is.
  const making = mixing.filter((func) => makesCodes(project, func))
  const all = redeeming.length === 0 ? making : [...new Set([...making, ...mixing])]
  const real = all.filter((func) => !isExample(func))
  const handing = real.length > 0 ? real : all
  const [root] = redeeming.length > 0 ? redeeming : handing
  if (root === undefined) return undefined
  const folders = new Set([...redeeming, ...handing].map(folderOf))
  const around = redeeming.flatMap((func) => [
    func,
    ...leadingTo(project, func, 2).filter(
      (each) =>
        /token|grant|device|exchange|redeem|consume|poll|handle|claim/i.test(each.name) ||
        routes.some(({ handlers }) => handlers.includes(each)),
    ),
  ])
  const belongs = (func: Func): boolean => isExample(root) || !isExample(func)
  const redemption = reachable(project, around, 5).filter(belongs)
  const issuing = handing.flatMap((func) => [func, ...leadingTo(project, func, 2).filter((each) => /device|auth|code/i.test(each.name))])
  const authorization = reachable(project, issuing, 5).filter(belongs)
  const deciding = project.functions.filter((func) => !clients.has(func) && belongs(func) && approves(project, func, folders))
  // Another package of a workspace may speak of the same things; the packages that the endpoints are in decide, when they do.
  const packages = new Set([...redeeming, ...handing].map((func) => project.packageOf(func.file.path)))
  const own = deciding.filter((func) => packages.has(project.packageOf(func.file.path)))
  const linked = deciding.filter(
    (func) =>
      routes.some(({ handlers }) => handlers.includes(func)) ||
      func.file.imports.some(({ module }) => project.locate(func.file.path, module).some((path) => packages.has(project.packageOf(path)))),
  )
  const approval = own.length > 0 ? own : linked
  const scope = [...new Set([...redemption, ...authorization, ...approval])]
  return { side: 'server', root, redemption, authorization, approval, scope, files: [...new Set(scope.map(({ file }) => file))], routes }
}

const MAKES =
  /(?:^|[._])(?:rand|random\w*|\w*_random|uuid\w*|ulid|nanoid|secrets|crypto|choices?|sample|token_(?:urlsafe|hex|bytes)|get_random\w*)(?:[._]|$)|(?:generate|new|create|make|build|mint|issue|gen)_(?:\w+_)?codes?$|(?:^|[._])generate(?:_\w*(?:string|code|secret|token|id|bytes))?$/

function makesCodes(project: Project, func: Func): boolean {
  return reachable(project, [func], 2).some((each) =>
    project.callsIn(each).some((call) => MAKES.test(pathOf(call.callee).map(wordOf).join('.'))),
  )
}

/** Puts a device code and a user code together, without asking another server for them. */
function handsOut(project: Project, func: Func): boolean {
  // `{ userCode: answer.userCode }` hands on what somebody else made.
  const isCopy = (value: Node, word: string): boolean => value.kind === 'field' && lastWord(value) === word
  const mixes = (node: Node): boolean => {
    if (node.kind !== 'object') return false
    const keys = node.entries.map(({ key }) => wordOf(key ?? ''))
    const codes = node.entries.filter(({ key }) => /^(?:device|user)_code/.test(wordOf(key ?? '')))
    if (codes.every(({ key, value }) => isCopy(value, wordOf(key ?? '')))) return false
    return (
      keys.some((key) => /^device_code(?:_hash|_signature)?$/.test(key)) &&
      keys.some((key) => /^user_code(?:_hash|_signature)?$/.test(key)) &&
      keys.some((key) => /verification|expires|client_id|scope|status/.test(key))
    )
  }
  const generates = /^(?:generate|new|create|make|random|build)_?(?:random_?)?(?:device|user)_?code/.test(wordOf(func.name))
  if (generates) return !reachable(project, [func], 2).some((each) => project.callsIn(each).some((call) => isNetwork(call, each)))
  const found = nodesIn(func).some(mixes)
  return found && !reachable(project, [func], 1).some((each) => project.callsIn(each).some((call) => isNetwork(call, each)))
}

const DECIDES =
  /approve|authori[sz]e_?(?:device|user|code)|accept|allow|confirm|verif|activate|deny|denied|decline|reject|decision|consent|submit|grant_?access|complete|scan|invalidate_?device_?challenge|callback/
const DECIDED =
  /^(?:approved?|authori[sz]ed|verified|denied|status|state|user_id|subject|user|accepted|consented|approved_at|authorized_at|confirmed|is_approved|is_authorized|user_code_state)$/

/** Writes that somebody approved or denied: the page's handler, or what it calls. */
function approves(project: Project, func: Func, folders: ReadonlySet<string>): boolean {
  if (func.name === '<file>') return false
  const words = new Set(nodesIn(func).map((node) => (node.kind === 'text' && node.value.length < 40 ? wordOf(node.value) : lastWord(node))))
  for (const { name } of func.params) words.add(wordOf(name))
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
      (node.kind === 'object' && node.entries.some(({ key }) => /^(?:status|approved|authorized|verified)$/.test(wordOf(key ?? '')))),
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
    (writes && [...words].some((word) => /^(?:approved?|authorized|verified|denied|approve|deny)$/.test(word)))
  )
}
