// Writes one credential over and over, counting its generation up and telling each number once it is written, until it is killed.
import { nodeSuite, systemClock, systemSleep } from '../../dist/index.js'
import { fileVault } from '@countersign/node/vault'

const [directory, credential] = process.argv.slice(2)
const vault = await fileVault({
  directory,
  suite: nodeSuite(),
  clock: systemClock(),
  sleep: systemSleep(),
  key: async () => ({ key: new Uint8Array(32).fill(7), keyId: 'one' }),
  description: { kind: 'file', protection: '' },
})
const written = JSON.parse(credential)
for (let generation = 1; ; generation++) {
  await vault.write('name', { ...written, generation })
  process.stdout.write(`${generation}\n`)
}
