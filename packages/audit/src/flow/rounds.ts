/** What a poll does when the server answers this or that: one walkthrough for each code. */
import type { Project } from '../link/project.ts'
import { type Origin, originsOf } from '../facts/trace.ts'
import type { Func, Node } from '../neutral/tree.ts'
import type { Code } from './codes.ts'
import type { Poll } from './poll.ts'
import type { Round, Walkthrough } from './round.ts'
import { walkThrough } from './walkthrough.ts'

/**
 * Walks through a poll with every request answered by `error`.
 * Errors come with status 400; where a program would never go on polling then, it speaks to a server that sends them with 200, as GitHub's does.
 */
export function roundsOf(project: Project, poll: Poll, error: Code): Walkthrough {
  const matters = new Set(poll.scope)
  const answered = (code: Code, status: number): Walkthrough => {
    const key = `${code} ${status}`
    const walked = poll.walked.get(key) ?? walkThrough(project, poll, { error: code, status }, matters)
    poll.walked.set(key, walked)
    return walked
  }
  const usual = goingOn(answered('authorization_pending', 400)).length > 0
  return answered(error, usual || isGitHub(poll) ? (isGitHub(poll) ? 200 : 400) : 200)
}

function isGitHub({ scope }: Poll): boolean {
  return scope.some(({ file }) => /github\.com/.test(file.text) && /login\/(?:oauth|device)/.test(file.text))
}

/** The rounds after which the program asks again. */
export function goingOn({ rounds }: Walkthrough): Round[] {
  return rounds.filter(({ again }) => again)
}

/** What the length of the waits between two requests is made from, after an answer that says to go on. */
export function waitsOf(project: Project, { rounds }: Walkthrough): Waited[] {
  const waits = new Map(rounds.filter(({ again }) => again).flatMap((round) => round.waits.map((each) => [each.node, each] as const)))
  return [...waits.values()].map(({ node, func }) => {
    const given = node.kind === 'call' ? node.args.flatMap(({ value }) => (value.kind === 'lambda' ? [] : [value])) : [node]
    return { node, func, origins: given.flatMap((value) => originsOf(project, value, func)) }
  })
}

export interface Waited {
  readonly node: Node
  readonly func: Func
  readonly origins: readonly Origin[]
}

export function leaving({ rounds }: Walkthrough): Round[] {
  return rounds.filter(({ again }) => !again)
}
