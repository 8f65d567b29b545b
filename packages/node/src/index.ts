/** What Node.js provides: fast primitives, clock and timers. */
export { type GuardedListener, nodeGuard } from './guard-http.ts'
export { nodeSuite } from './node-suite.ts'
export { systemSleep } from './sleep.ts'
export { systemClock } from './system-clock.ts'
export { describeTerminal, plainLine, type Terminal, type TerminalStream } from './terminal.ts'
export { type ListenerOptions, toNodeListener } from './http/listener.ts'
export { createHttpServer, type HttpServer, type HttpServerOptions } from './http/server.ts'
