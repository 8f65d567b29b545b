/** `countersign admin key`: the keys that sign access tokens. Private keys are never shown. */
import type { Invocation } from '../invocation.ts'
import { table } from '../table.ts'
import type { AdminOptions } from './admin-options.ts'
import { administer } from './server-package.ts'

export function listKeys({ output, environment }: Invocation, options: AdminOptions): Promise<void> {
  return administer({ environment }, options, async (administration) => {
    const time = (moment: number) => new Date(moment).toISOString()
    const keys = (await administration.listKeys()).map(({ keyId, createdAt, signsFrom }) => ({
      key_id: keyId,
      created_at: time(createdAt),
      signs_from: time(signsFrom),
    }))
    const rows = keys.map(({ key_id, created_at, signs_from }) => [key_id, created_at, signs_from])
    output.result({ keys }, table(['key', 'created', 'signs from'], rows, output.stdout))
  })
}

export function rotateKey({ output, environment }: Invocation, options: AdminOptions): Promise<void> {
  return administer({ environment }, options, async (administration) => {
    const keyId = await administration.rotateKey()
    output.result({ key_id: keyId }, [keyId])
    output.say('the new key is published within a minute and signs ten minutes from now; the old one stays until its tokens have expired')
  })
}
