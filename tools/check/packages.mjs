// @ts-check
/** Packs every package as it would be published and asks publint and "are the types wrong" about the result. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageFolders } from '../files.mjs'
import { root, run } from '../steps.mjs'
import { unlessPassed } from './passed.mjs'

/** ESM only: Node.js 20.19 and later `require` it too, and resolution without "exports" is not supported. */
const IGNORED = ['node10', 'node16-cjs']

/** What publint has to say, warnings included. @param {ArrayBuffer} tarball */
async function lint(tarball) {
  const [{ publint }, { formatMessage }] = await Promise.all([import('publint'), import('publint/utils')])
  const { messages, pkg } = await publint({ strict: true, level: 'warning', pack: { tarball } })
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`)
}

/** Entry points whose types a consumer would not find. @param {Uint8Array} tarball */
async function types(tarball) {
  const { checkPackage, createPackageFromTarballData } = await import('@arethetypeswrong/core')
  const result = await checkPackage(createPackageFromTarballData(tarball))
  if (result.types === false) return ['attw: the package has no types']
  const problems = result.problems.filter((problem) => !('resolutionKind' in problem) || !IGNORED.includes(problem.resolutionKind))
  return problems.map((problem) => `attw: ${JSON.stringify(problem)}`)
}

/** Whether there is anything to import: a program alone has no types. @param {Record<string, unknown>} exports */
const isImported = (exports) => Object.keys(exports).some((path) => path !== './package.json')

const folder = mkdtempSync(join(tmpdir(), 'countersign-pack-'))
let faults = 0
try {
  const folders = packageFolders()
  const workspaces = folders.flatMap((each) => ['--workspace', each])
  const packing = await run('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder, ...workspaces])
  if (packing.code !== 0) throw new Error(packing.output)
  /** @type {{ name: string, filename: string }[]} */
  const packed = JSON.parse(packing.output.slice(packing.output.indexOf('[')))
  for (const each of folders) {
    /** @type {{ name: string, exports: Record<string, unknown> }} */
    const { name, exports } = JSON.parse(readFileSync(join(root, each, 'package.json'), 'utf8'))
    const filename = packed.find((pack) => pack.name === name)?.filename ?? ''
    const bytes = Uint8Array.from(readFileSync(join(folder, filename)))
    faults += await unlessPassed(filename, [readFileSync(import.meta.filename), bytes], async () => {
      const found = [...(await lint(bytes.buffer)), ...(isImported(exports) ? await types(bytes) : [])]
      for (const fault of found) console.log(`${name}: ${fault}`)
      return found.length
    })
  }
} finally {
  rmSync(folder, { recursive: true })
}
process.exitCode = faults === 0 ? 0 : 1
