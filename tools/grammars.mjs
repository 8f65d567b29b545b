// @ts-check
/**
 * `node tools/grammars.mjs`: copies the grammars of the auditor from their npm packages into packages/audit/grammars.
 * Nothing is installed and nothing of the packages runs; what does not have the pinned sha256 is refused.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run } from './steps.mjs'

const target = join(root, 'packages/audit/grammars')
/** @type {{ package: string, version: string, files: Record<string, string> }[]} */
const pinned = JSON.parse(readFileSync(join(target, 'pinned.json'), 'utf8'))

const folder = mkdtempSync(join(tmpdir(), 'countersign-grammars-'))
try {
  for (const { package: name, version, files } of pinned) {
    const packing = await run('npm', ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder, `${name}@${version}`])
    const tarball = join(folder, `${name}-${version}.tgz`)
    for (const [file, sha256] of Object.entries({ ...files, LICENSE: '' })) {
      const out = await run('tar', ['-xzf', tarball, '-C', folder, `package/${file}`])
      if (packing.code !== 0 || out.code !== 0) throw new Error(`${name}@${version}: ${packing.output}${out.output}`)
      const bytes = readFileSync(join(folder, 'package', file))
      const found = createHash('sha256').update(bytes).digest('hex')
      if (sha256 !== '' && found !== sha256) throw new Error(`${name}@${version} ${file}: sha256 ${found}, pinned ${sha256}`)
      writeFileSync(join(target, sha256 === '' ? `${name}.LICENSE` : file), bytes)
      console.log(`${name}@${version} ${file}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}
