// @ts-check
/** Other people's servers that the probe is tried on: those the benchmark compares with, installed apart from the project in bench/peers. */
import { installPeers, missingPeer } from '../../bench/contestants/peer.mjs'

/** @type {import('./prerequisite.mjs').Prerequisite} */
export const peers = {
  name: 'peers',
  provide: async () => {
    installPeers((line) => console.log(line))
    const missing = missingPeer('better-auth')
    if (missing === undefined) return { used: 'better-auth in bench/peers', env: {} }
    return { missing: `better-auth is ${missing}`, command: 'npm ci --prefix bench/peers --ignore-scripts --no-audit --no-fund' }
  },
}
