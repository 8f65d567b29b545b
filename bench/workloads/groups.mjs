// @ts-check
/** Every workload. Those of one group are compared with each other, so they share their rounds. */
import { issue } from './issue.mjs'
import { login, loginInside } from './login.mjs'
import { poll, pollWithKnownKey, pollWithProof } from './poll.mjs'
import { introspect, refresh } from './tokens.mjs'

/** @type {readonly (readonly import('./workload.mjs').Workload[])[]} */
export const groups = [[issue], [poll, pollWithProof, pollWithKnownKey], [login], [loginInside], [refresh], [introspect]]
