// @ts-check
/** A Redis or Valkey server for the tests, which start and kill their own. Told to them as COUNTERSIGN_TEST_REDIS; its client lies beside it. */
import { run } from '../steps.mjs'
import { byApt, install, mayInstall, onDebian } from './apt.mjs'
import { isExecutable, onPath } from './prerequisite.mjs'

const OLDEST = 7

/** @type {import('./prerequisite.mjs').Prerequisite} */
export const redis = {
  name: 'Redis',
  provide: async () => {
    let found = await search()
    if (found === undefined && (await mayInstall())) {
      await install('Redis', ['redis-server'])
      found = await search()
    }
    if (found !== undefined) return { used: `${found.version} (${found.path})`, env: { COUNTERSIGN_TEST_REDIS: found.path } }
    return {
      missing: `no Redis ${OLDEST} or Valkey found, and none could be installed`,
      command: onDebian() ? byApt(['redis-server']) : 'install Redis, and put redis-server and redis-cli on the PATH',
    }
  },
}

async function search() {
  for (const name of ['redis-server', 'valkey-server']) {
    const path = onPath(name)
    if (path === undefined || !isExecutable(path.replace(/-server$/, '-cli'))) continue
    const { code, output } = await run(path, ['--version'])
    const version = /v=(\d+)\S*/.exec(output)
    if (code === 0 && Number(version?.[1]) >= OLDEST) return { path, version: `${name} ${version?.[0].slice(2)}` }
  }
  return undefined
}
