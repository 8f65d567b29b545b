// @ts-check
/** The two floors: what no server on Node.js can go below, and what no correct one is likely to. */
import { fileURLToPath } from 'node:url'
import { post } from '../load/request.mjs'
import { running } from './contestant.mjs'
import { oauthDialect } from './oauth-dialect.mjs'
import { startProgram } from './program.mjs'

/** @typedef {import('./contestant.mjs').Contestant} Contestant */

/** @param {string} name */
export const serverFile = (name) => fileURLToPath(new URL(`../servers/${name}.mjs`, import.meta.url))
const introspector = { id: 'files', secret: 'secret' }

/** @type {Contestant} */
export const bare = {
  name: 'bare',
  title: 'node:http, a constant',
  missing: () => undefined,
  start: async () => {
    const paths = { issue: '/device_authorization', token: '/token', introspect: '/introspect' }
    const { issue, poll, isPending, proofUrls } = oauthDialect({ paths, clientId: 'cli', introspector })
    // What it answers is always the same, and counts as whatever was asked for.
    const code = { deviceCode: 'x'.repeat(43), userCode: 'BCDF-GHJK' }
    return running(await startProgram([process.execPath, serverFile('bare')]), { issue, poll, isPending, proofUrls, readIssue: () => code })
  },
}

/** @type {Contestant} */
export const floor = {
  name: 'floor',
  title: 'least device flow, in memory',
  missing: () => undefined,
  start: async () => {
    const paths = { issue: '/device_authorization', token: '/token', introspect: '/introspect' }
    const { proofUrls: _, ...dialect } = oauthDialect({ paths, clientId: 'cli', introspector })
    const program = await startProgram([process.execPath, serverFile('floor')])
    return running(program, {
      ...dialect,
      approveInside: ({ device, userCode }) => post('/bench/approve', { user_code: userCode }, { device }),
    })
  },
}
