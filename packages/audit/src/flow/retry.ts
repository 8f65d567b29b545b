/** Libraries of Go that call a function again until it is content, with a wait before each further time. */
import type { Project } from '../link/project.ts'
import type { Call, Func } from '../neutral/tree.ts'
import { lastWord, nodesOf, pathOf } from '../neutral/walk.ts'
import { type End, stops } from './end.ts'
import type { Value } from './value.ts'

const LIBRARIES = /cenkalti\/backoff|\/retry-go|\/go-retry|apimachinery\/pkg\/util\/wait|lestrrat-go\/backoff|\/backoff(?:\/v\d+)?$/
const CALLS = /^(?:retry(?:_\w+)?|do(?:_with_data|_value)?|fibonacci|constant|exponential|(?:poll|exponential_backoff)(?:_\w+)?)$/

/** `backoff.Retry(poll, pace)`, `retry.Do(poll)`, `wait.PollImmediate(pace, end, poll)`. */
export function isRetry(call: Call, func: Func): boolean {
  if (func.file.language !== 'go' || !CALLS.test(lastWord(call.callee))) return false
  const [from] = pathOf(call.callee)
  return /^(?:backoff|retry|wait)$/.test(from ?? '') && func.file.imports.some(({ module }) => LIBRARIES.test(module))
}

/** The functions without a name that are handed to such a call, there or by the name that they were given before. */
export function retriedIn(project: Project, call: Call, func: Func): readonly Func[] {
  if (!isRetry(call, func)) return []
  const names = new Set(call.args.flatMap(({ value }) => (value.kind === 'name' ? [value.name] : [])))
  const given = project.assignsIn(func).flatMap(({ target, value }) => (target.kind === 'name' && names.has(target.name) ? [value] : []))
  return [...call.args.map(({ value }) => value), ...given].flatMap((value) => (value.kind === 'lambda' ? [value.func] : []))
}

/** Whether a function that was handed over is called once more after it ended like this. */
export function isCalledAgain(end: End, call: Call, func: Func): boolean {
  if (!isRetry(call, func)) return !end.way.stopped && (end.how === 'goes on' || (end.how === 'returns' && !stops(end)))
  return isTriedAgain(end, call)
}

/** After an error that is not final, or after `false` where the library asks for a condition. */
function isTriedAgain({ how, value, at }: End, call: Call): boolean {
  if (how !== 'returns' || value === undefined) return false
  const says = at === undefined ? [] : [...nodesOf([at])].flatMap((node) => (node.kind === 'call' ? [lastWord(node.callee)] : []))
  if (says.some((word) => /^(?:permanent|unrecoverable)$/.test(word))) return false
  const items: readonly Value[] = value.is === 'list' ? value.items : [value]
  const last = items.at(-1)
  const failed = last?.is !== 'constant' || last.value !== null
  if (/^(?:poll|exponential_backoff)/.test(lastWord(call.callee))) return !failed && items[0]?.is === 'constant' && items[0].value === false
  return failed
}
