// Does to the disk what a first sign-in and a renewal do, and dies before the step of the number that is given; 0 lets it live.
// Tells on standard output what it has kept, and at the end how many steps there were.
import { writeSync } from 'node:fs'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const [directory, keyFile, fatal, credential] = process.argv.slice(2)
let step = 0
const counted = (holder, name) => {
  const real = holder[name]
  holder[name] = function (...values) {
    step += 1
    if (step === Number(fatal)) process.kill(process.pid, 'SIGKILL')
    return real.apply(this, values)
  }
}
const handle = await fs.open('/dev/null')
for (const name of ['writeFile', 'sync', 'close', 'chmod']) counted(Object.getPrototypeOf(handle), name)
for (const name of ['open', 'rename', 'link', 'rm', 'mkdir', 'writeFile', 'chmod']) counted(fs, name)
syncBuiltinESMExports()

const { openVault } = await import('../../dist/vault/index.js')
const vault = await openVault({ env: { COUNTERSIGN_VAULT_DIR: directory, COUNTERSIGN_KEY_FILE: keyFile } })
for (const generation of [1, 2]) {
  await vault.locked('name', () => vault.write('name', { ...JSON.parse(credential), generation }))
  writeSync(1, `kept ${generation}\n`)
}
writeSync(1, `steps ${step}\n`)
