/** A stdio server before another one: a server behind a URL, or a program that takes its token from the environment. */
export { fileMemory } from './host/file-memory.ts'
export { type Memory, type Remembered, volatileMemory } from './host/remembered.ts'
export type { Http, HttpBody, HttpRequest, HttpResponse } from './proxy/http.ts'
export { keepAliveHttp } from './proxy/keep-alive-http.ts'
export { type Proxy, type ProxyEvent, type ProxyOptions, startProxy } from './proxy/proxy.ts'
export type { ClientChoice, ProxyStores } from './proxy/sign-in/own-clients.ts'
export type { LoginFlow } from './proxy/sign-in/resource-sign-in.ts'
export { startWrap, type Wrap, type WrapEvent, type WrapOptions } from './wrap/wrap.ts'
