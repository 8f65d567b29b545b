// @ts-check
/**
 * Holds the public surface of every package against its committed reports: packages/<name>/api/<name>.api.md, and <name>-<part>.api.md for
 * what it offers as <name>/<part>. A changed surface is then a diff somebody reads. With --update the reports are rewritten.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { filesUnder, packageFolders } from '../files.mjs'
import { root, run } from '../steps.mjs'
import { unlessPassed } from './passed.mjs'

/** What can be imported: the name of its report, and its types. @param {string} folder */
function entriesOf(folder) {
  /** @type {{ exports: Record<string, string | { types: string }> }} */
  const { exports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  return Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string'
      ? []
      : [{ folder, name: basename(folder) + path.slice(1).replaceAll('/', '-'), types: join(root, folder, target.types) }],
  )
}

/** @typedef {ReturnType<typeof entriesOf>[number]} Entry */
const entries = packageFolders().flatMap(entriesOf)
const compilerOptions = { target: 'es2023', module: 'nodenext', lib: ['ES2023', 'DOM'], types: ['node'], strict: true, skipLibCheck: true }

/** @typedef {typeof import('@microsoft/api-extractor').ExtractorConfig} Configs */

/** @param {Configs} ExtractorConfig @param {Entry} entry @param {string} target Where the report is written. */
function configOf(ExtractorConfig, { folder, name, types }, target) {
  const silent = { default: { logLevel: /** @type {never} */ ('none') } }
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, folder, 'package.json'),
    configObject: {
      projectFolder: join(root, folder),
      mainEntryPointFilePath: types,
      compiler: { overrideTsconfig: { compilerOptions, files: [types] } },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: target,
        reportTempFolder: join(target, 'temp'),
      },
      newlineKind: 'lf',
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: /** @type {never} */ ('error') } },
        extractorMessageReporting: {
          ...silent,
          'ae-forgotten-export': { logLevel: /** @type {never} */ ('none'), addToApiReportFile: true },
        },
        tsdocMessageReporting: silent,
      },
    },
  })
}

/** The changed lines between two files. @param {string} before @param {string} after */
async function difference(before, after) {
  const { output } = await run('git', ['--no-pager', 'diff', '--no-index', '--no-color', '-U1', before, after])
  return output.slice(Math.max(0, output.indexOf('\n@@') + 1))
}

const update = process.argv.includes('--update')

/** Tells of every surface that is not what its report says, or rewrites the report. */
async function judge() {
  const { CompilerState, Extractor, ExtractorConfig } = await import('@microsoft/api-extractor')
  const folder = mkdtempSync(join(tmpdir(), 'countersign-api-'))
  let faults = 0
  try {
    const configs = entries.map((each) => ({
      name: each.name,
      committed: join(root, each.folder, 'api'),
      config: configOf(ExtractorConfig, each, folder),
    }))
    const [first] = configs
    if (first === undefined) throw new Error('no package found')
    // One program for all packages: reading the libraries is what takes the time.
    const compilerState = CompilerState.create(first.config, { additionalEntryPoints: entries.map(({ types }) => types) })
    for (const { name, committed, config } of configs) {
      /** @type {string[]} */
      const errors = []
      Extractor.invoke(config, {
        localBuild: true,
        compilerState,
        messageCallback: (message) => {
          if (message.logLevel === 'error') errors.push(message.formatMessageWithLocation(root))
          message.handled = true
        },
      })
      const file = `${name}.api.md`
      const made = join(folder, file)
      const kept = join(committed, file)
      const text = existsSync(made) ? readFileSync(made, 'utf8') : ''
      for (const error of errors) console.log(`${name}: ${error}`)
      faults += errors.length
      if (existsSync(kept) && readFileSync(kept, 'utf8') === text) continue
      if (update) {
        mkdirSync(committed, { recursive: true })
        writeFileSync(kept, text)
        console.log(`rewrote ${kept.slice(root.length)}`)
        continue
      }
      faults += 1
      console.log(`${kept.slice(root.length)} is not what ${name} exports now; after reading the difference: npm run check -- --update-api`)
      if (existsSync(kept)) console.log(await difference(kept, made))
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return faults
}

// Where declarations, reports and this judge are as they were, so is the verdict.
const read = [
  ...entries.map(({ folder }) => `${folder}/package.json`),
  ...packageFolders().flatMap((folder) => [...filesUnder(`${folder}/dist`, '.d.ts'), ...filesUnder(`${folder}/api`, '.md')]),
]
const parts = [import.meta.filename, ...read.map((path) => join(root, path))].flatMap((path) => [path, readFileSync(path)])
const faults = await (update ? judge() : unlessPassed('api', parts, judge))
process.exitCode = faults === 0 ? 0 : 1
