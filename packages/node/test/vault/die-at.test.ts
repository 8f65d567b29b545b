/** A program that is killed before any one of its steps on the disk: whatever it had kept is there, and the next program goes on. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openVault } from '../../src/vault/index.ts'
import { credential, SECRETS } from '../support/credential.ts'
import { run } from '../support/run.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** As many as two cores do at once without waiting for each other. */
const AT_ONCE = 4

async function killedBefore(step: number) {
  const home = await temporaryDirectory()
  const env = { COUNTERSIGN_VAULT_DIR: join(home, 'vault'), COUNTERSIGN_KEY_FILE: join(home, 'key') }
  const program = run('die-at', env.COUNTERSIGN_VAULT_DIR, env.COUNTERSIGN_KEY_FILE, String(step), JSON.stringify(credential()))
  const { signal, errors } = await program.ended
  return { home, env, lines: program.lines(), signal, errors }
}

async function survives(step: number): Promise<void> {
  const { home, env, lines, signal, errors } = await killedBefore(step)
  expect({ signal, errors }, `step ${step}`).toEqual({ signal: 'SIGKILL', errors: '' })
  for (const name of await readdir(home, { recursive: true })) {
    const path = join(home, name)
    if (!(await stat(path)).isFile()) continue
    const text = await readFile(path, 'utf8')
    for (const secret of Object.values(SECRETS)) expect(text, `step ${step}, ${name}`).not.toContain(secret)
  }
  const kept = lines.length
  const vault = await openVault({ env })
  const found = (await vault.read('name'))?.generation ?? 0
  // What was told to be kept is there; what was under way is there as a whole or not at all.
  expect([kept, kept + 1], `step ${step}`).toContain(found)
  expect(await vault.list(), `step ${step}`).toHaveLength(found === 0 ? 0 : 1)
  // The lock of the dead is no obstacle, and neither is anything else that it left.
  await vault.locked('name', () => vault.write('name', credential({ generation: 9 })))
  expect((await (await openVault({ env })).read('name'))?.generation, `step ${step}`).toBe(9)
}

test('killed before each step in turn, it loses nothing that it had kept', async () => {
  const whole = await killedBefore(0)
  expect(whole.lines.slice(0, 2)).toEqual(['kept 1', 'kept 2'])
  const steps = Number(/^steps (\d+)$/.exec(whole.lines[2] ?? '')?.[1])
  expect(steps).toBeGreaterThan(30)
  const waiting = Array.from({ length: steps }, (_, index) => index + 1)
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await survives(step)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}, 300_000)
