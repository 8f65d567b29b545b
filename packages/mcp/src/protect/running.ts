/** The tool calls that run right now: a handler that finds its token wanting says so here, and is run again when a person has approved. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Need } from '../sign-in/sign-in.ts'

/** One run of one tool call. */
export interface Run {
  readonly tool: string
  /** How many runs of the call there were before. */
  readonly before: number
  /** What the handler asked for and did not get. */
  need?: Need
}

export interface Running {
  readonly within: <Result>(run: Run, work: () => Result) => Result
  readonly current: () => Run | undefined
}

export function trackRuns(): Running {
  const storage = new AsyncLocalStorage<Run>()
  return { within: (run, work) => storage.run(run, work), current: () => storage.getStore() }
}
