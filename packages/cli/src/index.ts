/** The countersign command, for programs that want to run it in their own process. */
export { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts'
export type { ClientParts } from './invocation.ts'
export { run, type Surroundings } from './run.ts'
