// @ts-check
/** The shells whose completion is tested by running them. */
import { byApt, install, mayInstall, onDebian } from './apt.mjs'
import { onPath } from './prerequisite.mjs'

const SHELLS = ['bash', 'zsh', 'fish']

/** @type {import('./prerequisite.mjs').Prerequisite} */
export const shells = {
  name: 'Shells',
  provide: async () => {
    const missing = () => SHELLS.filter((name) => onPath(name) === undefined)
    if (missing().length > 0 && (await mayInstall())) await install('Shells', missing())
    if (missing().length === 0) return { used: SHELLS.map((name) => onPath(name)).join(', '), env: {} }
    return {
      missing: `no ${missing().join(' and no ')} found, and none could be installed`,
      command: onDebian() ? byApt(missing()) : `install ${missing().join(' and ')}`,
    }
  },
}
