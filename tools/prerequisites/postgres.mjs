// @ts-check
/**
 * PostgreSQL for the tests: the programs of a server, which the tests start and kill themselves (COUNTERSIGN_TEST_POSTGRES_BIN), and the
 * database "test" of the server that runs on this machine, when it lets us in (COUNTERSIGN_TEST_POSTGRES).
 */
import { existsSync, readdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { run } from '../steps.mjs'
import { byApt, install, mayInstall, onDebian } from './apt.mjs'
import { isExecutable, onPath } from './prerequisite.mjs'

const OLDEST = 14

/** @type {import('./prerequisite.mjs').Prerequisite} */
export const postgres = {
  name: 'PostgreSQL',
  provide: async () => {
    let found = await search()
    if (found === undefined && (await mayInstall())) {
      await install('PostgreSQL', ['postgresql'])
      found = await search()
    }
    if (found === undefined) {
      return {
        missing: `no PostgreSQL ${OLDEST} or later found, and none could be installed`,
        command: onDebian() ? byApt(['postgresql']) : 'install PostgreSQL, and put its programs (initdb, postgres) on the PATH',
      }
    }
    const url = await running(found.folder)
    const beside = url === undefined ? 'no server that lets us in, so one is started' : url
    return {
      used: `${found.version} (${found.folder}; ${beside})`,
      env: { COUNTERSIGN_TEST_POSTGRES_BIN: found.folder, COUNTERSIGN_TEST_POSTGRES: url ?? '' },
    }
  },
}

/** Where Debian, Homebrew and others put the programs; the newest first. */
function folders() {
  const kegs = ['/opt/homebrew/opt', '/usr/local/opt'].flatMap((keg) =>
    versions(keg, /^postgresql@\d+$/).map((name) => join(keg, name, 'bin')),
  )
  const debian = versions('/usr/lib/postgresql', /^\d+$/).map((name) => join('/usr/lib/postgresql', name, 'bin'))
  const named = onPath('initdb')?.replace(/[\\/]initdb$/, '')
  return [...(named === undefined ? [] : [named]), ...debian, ...kegs]
}

/** @param {string} folder @param {RegExp} pattern */
function versions(folder, pattern) {
  const numberIn = (/** @type {string} */ name) => Number(/\d+$/.exec(name)?.[0])
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => pattern.test(name))
        .sort((a, b) => numberIn(b) - numberIn(a))
    : []
}

async function search() {
  for (const folder of folders()) {
    if (!['initdb', 'postgres'].every((name) => isExecutable(join(folder, name)))) continue
    const { code, output } = await run(join(folder, 'postgres'), ['--version'])
    const version = /PostgreSQL\)? (\d+)\S*/.exec(output)
    if (code === 0 && Number(version?.[1]) >= OLDEST) return { folder, version: (version?.[0] ?? '').replace(')', '') }
  }
  return undefined
}

/** The database "test" of the server on the usual port, if we may do everything in it. @param {string} folder */
async function running(folder) {
  const psql = [join(folder, 'psql'), onPath('psql')].find((path) => path !== undefined && isExecutable(path))
  if (psql === undefined) return undefined
  for (const user of [userInfo().username, 'postgres']) {
    const url = `postgres://${encodeURIComponent(user)}@127.0.0.1:5432/test`
    const question = `SELECT current_setting('is_superuser') = 'on' AND current_setting('server_version_num')::int >= ${OLDEST}0000`
    const { code, output } = await run(psql, ['-XAtw', url, '-c', question], { env: { PGCONNECT_TIMEOUT: '2' } })
    if (code === 0 && output.trim() === 't') return url
  }
  return undefined
}
