/** The countersign command, for tests that run it in their own process. What is published is the program (main.ts). */
export { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts'
export type { ClientParts } from './invocation.ts'
export { run, type Surroundings } from './run.ts'
