// @ts-check
/** Everybody who takes part, in the order of the tables. */
import { onSqlite as betterAuth } from './better-auth.mjs'
import { embeddedOn, serveOnRedis, serveOnSqlite } from './countersign.mjs'
import { bare, floor } from './floors.mjs'
import { glewlwyd } from './glewlwyd.mjs'
import { onMap, onRedis } from './oidc-provider.mjs'

/** @type {readonly import('./contestant.mjs').Contestant[]} */
export const field = [
  bare,
  floor,
  serveOnSqlite(),
  serveOnRedis(),
  embeddedOn('memory'),
  // Beside `countersign serve` only for what that does not do: approving from within.
  embeddedOn('sqlite', ['login-inside']),
  onMap,
  onRedis,
  betterAuth,
  glewlwyd,
]
