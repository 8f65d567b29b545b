/** The configuration of hosts: which servers they start, and with what. */
export { type Host, type HostName, HOSTS, type Machine, type ServerEntry } from './host.ts'
export { migrated, type Migration } from './migrate.ts'
export { pastedTokens, type PastedToken } from './pasted.ts'
export { serversIn, snippetFor, withServer } from './servers.ts'
