/** Hosts that start `countersign proxy` or `countersign wrap`, each test with a home, a vault and a cache of its own. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { watchedFolder } from '../support/watched-folder.ts'
import { type Host, type HostOptions, openHost } from './stdio-host.ts'

const MAIN = '../../../packages/cli/dist/main.cjs'

export interface CommandHost extends Pick<HostOptions, 'kind' | 'elicitation'> {
  readonly args: readonly string[]
  readonly person?: HostOptions['person']
  readonly environment?: Readonly<Record<string, string>>
}

/** Nobody is there to ask. */
const nobody: HostOptions['person'] = async () => ({ action: 'cancel' })

/** Ends with the test. All hosts share one home, as those of one person do. */
export function openHome() {
  const { folder, watch, remove } = watchedFolder('countersign-command-')
  const hosts: Host[] = []
  onTestFinished(async () => {
    await Promise.all(hosts.map(({ ended }) => ended))
    remove()
  })
  async function open({ args, person = nobody, environment = {}, ...rest }: CommandHost): Promise<Host> {
    const own = { HOME: folder, TMPDIR: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_CACHE_HOME: join(folder, 'cache') }
    const host = await openHost({ program: MAIN, args, environment: { ...own, ...environment }, person, ...rest })
    watch(host.pid, host.ended)
    hosts.push(host)
    return host
  }
  const files = join(folder, 'files')
  mkdirSync(files)
  return { folder, files, open }
}
