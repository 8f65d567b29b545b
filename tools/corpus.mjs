// @ts-check
/**
 * `npm run corpus [-- --from DIR]`: measures the auditor on real repositories with labels of a person, and prints the confusion for each rule
 * and language. Repositories are cloned to a temporary folder, or read from DIR/owner+name. Only pairs with a label count.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audit } from '../packages/audit/dist/index.js'
import { root, run } from './steps.mjs'

/** @typedef {{ rule: string, verdict: string, where: string }} Label */
/** @typedef {{ repo: string, commit: string, files: string[], language: string, side: string, labels: Label[] }} Entry */
/** @typedef {{ hit: number, false: number, missed: number, clear: number }} Count */

/** @type {{ entries: Entry[] }} */
const { entries } = JSON.parse(readFileSync(join(root, 'packages/audit/corpus/labels.json'), 'utf8'))
const from = process.argv.includes('--from') ? process.argv[process.argv.indexOf('--from') + 1] : undefined
const folder = from ?? mkdtempSync(join(tmpdir(), 'countersign-corpus-'))
/** @type {Map<string, Count>} */
const counts = new Map()

/** The folder with the labelled state of a repository. @param {Entry} entry */
async function fetched({ repo, commit }) {
  const path = join(folder, repo.replace('/', '+'))
  if (existsSync(path)) return path
  for (const args of [
    ['init', '-q', path],
    ['-C', path, 'fetch', '-q', '--depth=1', `https://github.com/${repo}`, commit],
    ['-C', path, 'checkout', '-q', 'FETCH_HEAD'],
  ]) {
    const { code, output } = await run('git', args)
    if (code !== 0) throw new Error(`${repo}: ${output}`)
  }
  return path
}

/** @param {string} key @param {keyof Count} what */
function count(key, what) {
  const so = counts.get(key) ?? { hit: 0, false: 0, missed: 0, clear: 0 }
  counts.set(key, { ...so, [what]: so[what] + 1 })
}

/** @param {Count} so */
const line = (so) => {
  const precision = so.hit + so.false === 0 ? '-' : (so.hit / (so.hit + so.false)).toFixed(3)
  const recall = so.hit + so.missed === 0 ? '-' : (so.hit / (so.hit + so.missed)).toFixed(3)
  return `${String(so.hit).padStart(4)} ${String(so.false).padStart(6)} ${String(so.missed).padStart(7)} ${String(so.clear).padStart(6)}   ${precision.padStart(5)}  ${recall.padStart(5)}`
}

try {
  /** @type {Map<string, Awaited<ReturnType<typeof audit>>['report']['findings']>} */
  const audited = new Map()
  for (const entry of entries) {
    const findings = audited.get(entry.repo) ?? (await audit(await fetched(entry))).report.findings
    audited.set(entry.repo, findings)
    // Two entries can be of one repository: a finding in the files of the other one is not this one's.
    const others = new Set(entries.filter((other) => other !== entry && other.repo === entry.repo).flatMap(({ files }) => files))
    for (const { rule, verdict, where } of entry.labels) {
      const bad = findings.some(
        (each) =>
          each.rule === rule &&
          each.verdict === 'violates' &&
          (entry.files.includes(each.place?.file ?? '') || !others.has(each.place?.file ?? '')),
      )
      /** @type {keyof Count} */
      const what = verdict === 'violates' ? (bad ? 'hit' : 'missed') : bad ? 'false' : 'clear'
      for (const key of [rule, `in ${entry.language}`, 'all']) count(key, what)
      if (what === 'missed' || what === 'false') console.log(`${what.padEnd(7)} ${rule}  ${entry.repo}  ${where}`)
    }
  }
} finally {
  if (from === undefined) rmSync(folder, { recursive: true })
}
console.log(`\n${' '.repeat(14)} hit  false  missed  clear   prec.  recall`)
for (const [key, so] of [...counts].sort(([one], [other]) => (one < other ? -1 : 1))) console.log(`${key.padEnd(14)}${line(so)}`)
