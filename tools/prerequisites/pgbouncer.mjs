// @ts-check
/** PgBouncer for the tests that put it between a server and PostgreSQL. Told to them as COUNTERSIGN_TEST_PGBOUNCER. */
import { run } from '../steps.mjs'
import { byApt, install, mayInstall, onDebian } from './apt.mjs'
import { isExecutable, onPath } from './prerequisite.mjs'

/** @type {import('./prerequisite.mjs').Prerequisite} */
export const pgbouncer = {
  name: 'PgBouncer',
  provide: async () => {
    let found = await search()
    if (found === undefined && (await mayInstall())) {
      await install('PgBouncer', ['pgbouncer'])
      found = await search()
    }
    if (found !== undefined) return { used: `${found.version} (${found.path})`, env: { COUNTERSIGN_TEST_PGBOUNCER: found.path } }
    return {
      missing: 'no PgBouncer found, and none could be installed',
      command: onDebian() ? byApt(['pgbouncer']) : 'install PgBouncer, and put it on the PATH',
    }
  },
}

async function search() {
  // Debian keeps it out of the PATH of ordinary users.
  for (const path of [onPath('pgbouncer'), '/usr/sbin/pgbouncer', '/opt/homebrew/bin/pgbouncer']) {
    if (path === undefined || !isExecutable(path)) continue
    const { code, output } = await run(path, ['--version'])
    const version = /PgBouncer \S+/.exec(output)?.[0]
    if (code === 0 && version !== undefined) return { path, version }
  }
  return undefined
}
