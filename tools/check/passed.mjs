// @ts-check
/**
 * What passed a judge passes again, unjudged, while nothing has changed that the verdict hangs on: its words, the judge and what npm installed.
 * A digest of it all is kept below node_modules/.cache; what failed is never kept.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../steps.mjs'

const folder = join(root, 'node_modules/.cache/check')

/**
 * @param {string} name of what is judged
 * @param {readonly (string | Uint8Array)[]} parts all that the verdict hangs on, but what npm installed
 * @param {() => Promise<number>} judge counts the faults
 */
export async function unlessPassed(name, parts, judge) {
  const whole = createHash('sha256')
  for (const part of [process.version, readFileSync(join(root, 'package-lock.json')), ...parts]) {
    whole.update(createHash('sha256').update(part).digest())
  }
  const digest = whole.digest('hex')
  const file = join(folder, name)
  if (existsSync(file) && readFileSync(file, 'utf8') === digest) return 0
  const faults = await judge()
  if (faults === 0) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, digest)
  }
  return faults
}
