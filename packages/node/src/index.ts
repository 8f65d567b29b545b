/** What Node.js provides: fast primitives, clock and timers. */
export { nodeSuite } from './node-suite.ts'
export { systemSleep } from './sleep.ts'
export { systemClock } from './system-clock.ts'
export { describeTerminal, plainLine, type Terminal, type TerminalStream } from './terminal.ts'
