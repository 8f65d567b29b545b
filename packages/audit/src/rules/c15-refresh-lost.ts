import { isNetwork } from '../flow/effects.ts'
import { hasWord, spokenBy, spotsWhere } from '../facts/spots.ts'
import { type Project, reachable } from '../link/project.ts'
import type { Func } from '../neutral/tree.ts'
import { lastWord, nodesIn } from '../neutral/walk.ts'
import { type Judgement, perClient, type Rule, satisfies, violates } from './rule.ts'

export const refreshLost: Rule = {
  id: 'DF-C15',
  title: 'A rotated refresh token can be lost, or is fetched twice at once',
  severity: 'medium',
  confidence: 'medium',
  axis: 'tokens',
  side: 'client',
  sources: ['RFC 9700 section 4.14.2', 'RFC 6749 section 6', 'CWE-362'],
  fix: 'Hold one lock (across processes when the store is shared) around refresh and store, and keep the new refresh token before the new access token is used.',
  check: perClient(({ scope, files }, { project }) => {
    const refreshing = project.functions.filter(
      (func) =>
        files.includes(func.file) &&
        func.name !== '<file>' &&
        refreshes(project, func) &&
        (scope.includes(func) || scope.some(({ file }) => file === func.file)),
    )
    const inner = refreshing.filter(
      (func) =>
        !refreshing.some((other) => other !== func && other.file === func.file && other.line >= func.line && other.endLine <= func.endLine),
    )
    return inner.flatMap((func): Judgement[] => {
      const callers = project.callersOf(func).map(({ from }) => from)
      // Nobody calls it: there is nothing to judge.
      if (callers.length === 0) return []
      const around = [
        ...reachable(project, [func], 2),
        ...callers,
        // Further up, a lock is somebody else's unless the function is about tokens.
        ...callers
          .flatMap((each) => project.callersOf(each).map(({ from }) => from))
          .filter(({ name }) => /token|auth|refresh|session|credential|log_?in|ensure/i.test(name)),
      ]
      const own = spokenBy(reachable(project, [func], 2))
      const keeps =
        hasWord(own, /^(?:set_refresh_token|save.*|store.*|persist.*|write.*|update.*|set_.*|encrypt_and_store.*|put.*|dump)$/) ||
        own.has('refresh_token')
      // What a message says is no lock.
      const locked = spotsWhere(around, (node) => (node.kind === 'name' || node.kind === 'field') && LOCKS.test(lastWord(node))).length > 0
      if (locked && keeps) return [satisfies(func, 'Refreshing and storing stand behind one lock.', { spot: { func } })]
      return [
        violates(
          func,
          locked
            ? 'The refresh token that the response brings is not kept.'
            : 'Nothing keeps two refreshes from running at once: the second one replays a refresh token that is used up.',
          { spot: { func }, searched: ['a lock, a mutex or a shared promise around refresh and store'] },
        ),
      ]
    })
  }),
}

const LOCKS =
  /(?:^|_)(?:lock|mutex|mu|semaphore|single_?flight|in_?flight|refresh_promise|refreshing|pending_refresh|acquire|flock|once|dedupe)(?:_|$)/

function refreshes(project: Project, func: Func): boolean {
  let grant = false
  for (const node of nodesIn(func)) {
    if (
      node.kind === 'object' &&
      node.entries.some(
        ({ key, value }) =>
          key === 'grant_type' &&
          ((value.kind === 'text' && value.value === 'refresh_token') ||
            (value.kind === 'list' && value.items.some((item) => item.kind === 'text' && item.value === 'refresh_token'))),
      )
    )
      grant = true
    if (
      node.kind === 'call' &&
      node.args.length === 2 &&
      node.args.every(({ value }) => value.kind === 'text') &&
      node.args.some(({ value }) => value.kind === 'text' && value.value === 'refresh_token') &&
      node.args.some(({ value }) => value.kind === 'text' && value.value === 'grant_type')
    )
      grant = true
  }
  return grant && reachable(project, [func], 2).some((each) => project.callsIn(each).some((call) => isNetwork(call, each)))
}
