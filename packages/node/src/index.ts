/** What Node.js provides: fast primitives, clock and timers. */
export { type CommandFault, commandOutput, type CommandOptions } from './command-output.ts'
export { nodeSuite } from './node-suite.ts'
export { loadPackage } from './optional-package.ts'
export { systemSleep } from './sleep.ts'
export { systemClock } from './system-clock.ts'
export { describeTerminal, plainLine, type Terminal, type TerminalStream } from './terminal.ts'
