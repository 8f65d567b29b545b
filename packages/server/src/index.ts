/** What `countersign serve` and `countersign admin` do, for the command and for programs that start a server themselves. */
export { type Administration, openAdministration, type ShownAccount, type ShownClient } from './admin.ts'
export type { ClientDescription } from './client-description.ts'
export { type Configuration, configure, type Environment, type Flags, readConfiguration } from './configuration/configuration.ts'
export type { IdentityProvider } from './configuration/identity-providers.ts'
export type { Keys, Listen, LogFormat, Operator } from './configuration/keys.ts'
export { greeting } from './greeting.ts'
export { argon2Hasher, type HasherOptions } from './password-hasher.ts'
export { type RunningServer, type ServeOptions, startServer } from './serve.ts'
