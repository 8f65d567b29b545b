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
const PREREQUISITES = [node, browser, redis, postgres, pgbouncer, secretService, shells, conformance, peers, runtimes]

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
    const report = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const { code } = await run(installed('vitest'), ['run', ...reporters, ...process.argv.slice(2)], { env, live: true })
    const { passed, failed } = countsOf(report)
    // A crash outside any test (a file that does not load, an unhandled rejection) is one failure more than the tests counted.
    end(passed, code !== 0 && failed === 0 ? 1 : failed)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Passed and failed tests of a report; a test that was skipped or left to do counts as failed, and so does a file that did not load. @param {string} path */
function countsOf(path) {
  /**
   * @typedef {{ status: string, assertionResults: { status: string }[] }} File
   * @type {{ testResults: File[] }}
   */
  let report
  try {
    report = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { passed: 0, failed: 1 }
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((each) => each.status !== 'failed'),
  )
  const passed = tests.filter((each) => each.status === 'passed').length
  return { passed, failed: tests.length - passed + unloaded.length }
}

await main()
for (const prerequisite of PREREQUISITES) await prerequisite.release?.()
