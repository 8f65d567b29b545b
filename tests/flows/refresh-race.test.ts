/** Many programs, one sign-in that has to be renewed: bench/refresh-race.mjs, with fewer rounds than when it is measured. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const RACE = fileURLToPath(new URL('../../bench/refresh-race.mjs', import.meta.url))
/** One for each point at which the one that refreshes is killed. */
const ROUNDS = 7

test('twenty programs ask the server once, and at most once more when the one that asked is killed; nobody is left without a token', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [RACE, '--rounds', String(ROUNDS), '--programs', '20', '--json'])
  const [plain, killed] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(plain).toMatchObject({ rounds: ROUNDS, posts: { least: 1, most: 1 }, failures: [], differing: 0 })
  expect(killed).toMatchObject({ rounds: ROUNDS, failures: [], differing: 0, passed: true })
}, 240_000)
