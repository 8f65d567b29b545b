/** `countersign admin device-key`: the keys of devices that need no countersign, and under the policy `enrolled` the only ones there are. */
import type { Invocation } from '../invocation.ts'
import { table } from '../table.ts'
import type { AdminOptions } from './admin-options.ts'
import { administer } from './server-package.ts'

export function enrollKey(invocation: Invocation, who: string, thumbprint: string, options: AdminOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    await administration.enrollDeviceKey(who, thumbprint)
    invocation.output.result({ account: who, key_thumbprint: thumbprint, enrolled: true }, [])
    invocation.output.say(`"${who}" can approve this key now, without a countersign, until it is forgotten`)
  })
}

export function listKeys(invocation: Invocation, who: string, options: AdminOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    const { output } = invocation
    const keys = (await administration.listDeviceKeys(who)).map(({ keyThumbprint, knownSince, enrolled = false }) => ({
      key_thumbprint: keyThumbprint,
      known_since: new Date(knownSince).toISOString(),
      enrolled,
    }))
    const rows = keys.map(({ key_thumbprint, known_since, enrolled }) => [
      key_thumbprint,
      enrolled ? 'enrolled' : 'countersigned',
      known_since,
    ])
    output.result({ account: who, device_keys: keys }, table(['thumbprint', 'how', 'known since'], rows, output.stdout))
  })
}

export function forgetKey(invocation: Invocation, who: string, thumbprint: string, options: AdminOptions): Promise<void> {
  return administer(invocation, options, async (administration) => {
    await administration.forgetDeviceKey(who, thumbprint)
    invocation.output.result({ account: who, key_thumbprint: thumbprint, forgotten: true }, [])
    invocation.output.say('forgotten; what was granted to it already goes on until it is revoked')
  })
}
