// @ts-check
/**
 * `npm test`: builds, provides what the tests need, runs every one of them and ends with the plain line "N passed, N failed".
 * A prerequisite that is missing is a failure with the one command that puts it right; no test is ever skipped for it.
 * Arguments are handed to vitest: `npm test -- packages/protocol`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.mjs'
import { browser } from './prerequisites/browser.mjs'
import { conformance } from './prerequisites/conformance.mjs'
import { glewlwyd } from './prerequisites/glewlwyd.mjs'
import { node } from './prerequisites/node.mjs'
import { peers } from './prerequisites/peers.mjs'
import { pgbouncer } from './prerequisites/pgbouncer.mjs'
import { postgres } from './prerequisites/postgres.mjs'
import { redis } from './prerequisites/redis.mjs'
import { runtimes } from './prerequisites/runtimes.mjs'
import { secretService } from './prerequisites/secret-service.mjs'
import { shells } from './prerequisites/shells.mjs'
import { installed, run } from './steps.mjs'

/** @type {readonly import('./prerequisites/prerequisite.mjs').Prerequisite[]} */
const PREREQUISITES = [node, browser, redis, postgres, pgbouncer, secretService, shells, conformance, peers, glewlwyd, runtimes]

/** @param {number} passed @param {number} failed */
function end(passed, failed) {
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

async function main() {
  /** @type {Record<string, string>} */
  const env = {}
  for (const prerequisite of PREREQUISITES) {
    const provision = await prerequisite.provide()
    if ('missing' in provision) {
      console.log(`${prerequisite.name}: ${provision.missing}\n  run: ${provision.command}`)
      return end(0, 1)
    }
    console.log(`${prerequisite.name}: ${provision.used}`)
    Object.assign(env, provision.env)
  }

  const built = await build()
  console.log(`build: ${built.code === 0 ? 'tsc -b' : 'failed'}`)
  if (built.code !== 0) {
    process.stdout.write(built.output)
    return end(0, 1)
  }

  const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'))
  try {
    const first = await runTests(join(folder, 'first.json'), env, process.argv.slice(2))
    const again = first.files.length > 0 && first.files.length <= MOST_AGAIN ? await secondLook(folder, env, first) : undefined
    const { passed, failed } = again ?? first
    // A crash outside any test (a file that does not load, an unhandled rejection) is one failure more than the tests counted.
    end(passed, first.code !== 0 && first.failed === 0 ? 1 : failed)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** More failures than this are no matter of a busy machine. */
const MOST_AGAIN = 3

/**
 * What one run of vitest told. `files`: those in which something failed. `names`: the tests that failed.
 * @typedef {{ code: number, passed: number, failed: number, files: string[], names: string[] }} Outcome
 */

/** @param {string} report @param {Record<string, string>} env @param {readonly string[]} selection @returns {Promise<Outcome>} */
async function runTests(report, env, selection) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { code } = await run(installed('vitest'), ['run', ...reporters, ...selection], { env, live: true })
  return { code, ...outcomeOf(report) }
}

/**
 * Tests of whole programs share one machine: where a few files fail, each is run once more with nothing beside it, and that run counts.
 * Never silently: what passes only alone is named, for it is a fault of the test or a race of ours.
 * @param {string} folder @param {Record<string, string>} env @param {Outcome} first @returns {Promise<{ passed: number, failed: number }>}
 */
async function secondLook(folder, env, first) {
  /** @type {string[]} */
  const still = []
  for (const [index, file] of first.files.entries()) {
    console.log(`once more, alone: ${file}`)
    const alone = await runTests(join(folder, `again-${index}.json`), env, [file])
    still.push(...(alone.code !== 0 && alone.names.length === 0 ? [file] : alone.names))
  }
  const unsteady = first.names.filter((name) => !still.includes(name))
  if (unsteady.length > 0) console.log(`failed beside others and passed alone; find out why:\n  ${unsteady.join('\n  ')}`)
  return { passed: first.passed + unsteady.length, failed: still.length }
}

/** A test that was skipped or left to do counts as failed, and so does a file that did not load. @param {string} path @returns {Omit<Outcome, 'code'>} */
function outcomeOf(path) {
  /**
   * @typedef {{ name: string, status: string, assertionResults: { status: string, fullName: string }[] }} File
   * @type {{ testResults: File[] }}
   */
  let report
  try {
    report = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { passed: 0, failed: 1, files: [], names: [] }
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const bad = tests.filter(({ status }) => status !== 'passed')
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((each) => each.status !== 'failed'),
  )
  const files = report.testResults.filter(
    (file) => file.status === 'failed' || file.assertionResults.some(({ status }) => status !== 'passed'),
  )
  return {
    passed: tests.length - bad.length,
    failed: bad.length + unloaded.length,
    files: files.map(({ name }) => name),
    names: [...bad.map(({ fullName }) => fullName), ...unloaded.map(({ name }) => name)],
  }
}

await main()
for (const prerequisite of PREREQUISITES) await prerequisite.release?.()
