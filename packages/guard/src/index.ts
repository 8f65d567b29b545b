/** The resource server's side: verify a request, challenge the one that fails, publish the metadata. */
export type { Access } from './access.ts'
export { CredentialsMissing } from './challenge.ts'
export type { NonceOptions } from '@countersign/proof'
export { createReplayMemory, DEFAULT_REPLAY_CAPACITY, type Once } from './dpop/replay.ts'
export { type Admission, createGate, type Gate, type GateOptions, type Incoming } from './gate.ts'
export { createGuard, type Guard, type GuardOptions, type GuardRequest } from './guard.ts'
export { type GuardedHandler, guardFetch } from './guard-fetch.ts'
export {
  guardMcp,
  mcpChallengeInScheme,
  type McpFetch,
  type McpAuthInfo,
  type McpErrorClass,
  type McpScopeChallenge,
  mcpRequireScope,
  mcpTokenVerifier,
  scopeOfCalls,
  type ToolScopes,
  toAuthInfo,
} from './mcp.ts'
export type { IntrospectionOptions } from './introspection.ts'
export type { RevocationOptions } from './revocation-list.ts'
export type { Implies } from './scope.ts'
