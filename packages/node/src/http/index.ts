/** HTTP on Node.js: a server for exchanges, a listener for servers that are there already, and a fetch that never reaches inner addresses. */
export { allowLoopback, type GuardedFetchOptions, guardedFetch } from '../guarded-fetch.ts'
export { type ListenerOptions, toNodeListener } from './listener.ts'
export { type PeerAddress, peerAddressBehind } from './peer-address.ts'
export { createHttpServer, type HttpServer, type HttpServerOptions } from './server.ts'
