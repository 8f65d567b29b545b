// @ts-check
/** Glewlwyd, an authorization server of other people that the probe is tried on, as Debian packages it. Nothing of an installed one is touched. */
import { glewlwyd as contestant } from '../../bench/contestants/glewlwyd.mjs'
import { installPeers } from '../../bench/contestants/peer.mjs'
import { byApt, install, mayInstall, onDebian } from './apt.mjs'

/** @type {import('./prerequisite.mjs').Prerequisite} */
export const glewlwyd = {
  name: 'Glewlwyd',
  provide: async () => {
    // Its database is made by a package of the peers.
    installPeers((line) => console.log(line))
    if (contestant.missing() !== undefined && (await mayInstall())) await install('Glewlwyd', ['glewlwyd'])
    const missing = contestant.missing()
    if (missing === undefined) return { used: contestant.title, env: {} }
    return {
      missing: `Glewlwyd is ${missing}`,
      command: onDebian()
        ? byApt(['glewlwyd'])
        : 'install Glewlwyd with its SQLite backend, and name the folder above its usr in BENCH_GLEWLWYD_ROOT',
    }
  },
}
