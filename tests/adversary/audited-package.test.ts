/**
 * Somebody publishes a package for an auditor to unpack. Nothing is written outside of the temporary folder or through a link, nothing runs, and what is too much or
 * not what the registry tells of is refused.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { audit, type TargetOptions } from '@countersign/audit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { packed, startRegistry } from '../support/package-registry.ts'

const CLIENT = `const res = await fetch(url, { method: 'POST', body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }) })\n`

let own: string
let outside: string
beforeEach(() => {
  own = mkdtempSync(join(tmpdir(), 'audited-'))
  outside = join(own, 'outside')
  mkdirSync(join(own, 'tmp'))
  mkdirSync(outside)
  vi.stubEnv('TMPDIR', join(own, 'tmp'))
})
afterEach(() => {
  expect(readdirSync(outside), 'something was written outside').toEqual([])
  expect(readdirSync(own).sort(), 'something was written outside').toEqual(['outside', 'tmp'])
  expect(readdirSync(join(own, 'tmp')), 'something stayed').toEqual([])
  vi.unstubAllEnvs()
  rmSync(own, { recursive: true })
})

async function auditOf(archive: Buffer, options: TargetOptions = {}, registry: Parameters<typeof startRegistry>[1] = {}) {
  const { npm } = await startRegistry({ '1.0.0': archive }, registry)
  return (await audit('npm:example', { npmRegistry: npm, ...options })).report
}

describe('a path that leads out is refused', () => {
  test.each([
    () => 'package/../../evil.ts',
    () => '../evil.ts',
    () => 'package/a/../../../../outside/evil.ts',
    () => `${outside}/evil.ts`,
    () => '/evil.ts',
    () => 'package\\..\\..\\evil.ts',
    () => 'package/C:evil.ts',
    () => 'package/..',
    () => 'package/ev\u0001il.ts',
  ])('%#', async (path) => {
    const archive = packed([
      { path: 'package/client.ts', text: CLIENT },
      { path: path(), text: 'evil' },
    ])
    await expect(auditOf(archive)).rejects.toMatchObject({
      code: 'target_refused',
      message: 'The package holds a path that leads out of it.',
    })
    expect(existsSync('/evil.ts')).toBe(false)
  })
})

test('links are not made, so nothing is written or read through them', async () => {
  writeFileSync(join(own, 'tmp', 'private.ts'), CLIENT)
  const report = await auditOf(
    packed([
      { path: 'package/out', type: '2', link: outside },
      { path: 'package/out/evil.ts', text: CLIENT },
      { path: 'package/private.ts', type: '2', link: join(own, 'tmp', 'private.ts') },
      { path: 'package/hard.ts', type: '1', link: join(own, 'tmp', 'private.ts') },
    ]),
  ).finally(() => rmSync(join(own, 'tmp', 'private.ts')))
  // Only the one regular file, in a folder of its own that bears the name of the link.
  expect(report.extent['files']).toBe(1)
})

test('scripts of the package do not run, and the first of two files of one name counts', async () => {
  const scripts = { preinstall: `touch ${outside}/ran`, postinstall: `touch ${outside}/ran`, prepare: `touch ${outside}/ran` }
  const manifest = JSON.stringify({ name: 'example', version: '1.0.0', scripts })
  const entries = [
    { path: 'package/package.json', text: manifest },
    { path: 'package/a.ts', text: CLIENT },
  ]
  const report = await auditOf(packed([...entries, { path: 'package/a.ts', text: '\n'.repeat(50) }]))
  expect(report.extent).toMatchObject({ files: 2, lines: 3 })
})

describe('what is too much is refused', () => {
  const bomb = packed([{ path: 'package/zeros.ts', text: '\0'.repeat(20_000_000) }])

  test('unpacked', async () => {
    expect(bomb.length).toBeLessThan(50_000)
    await expect(auditOf(bomb, { limits: { bytes: 1_000_000 } })).rejects.toMatchObject({ code: 'target_too_large' })
  })

  test('packed twice, so that nobody counts', async () => {
    await expect(auditOf(gzipSync(bomb), { limits: { bytes: 1_000_000 } })).rejects.toMatchObject({ code: 'target_unreadable' })
  })

  test('on the way here', async () => {
    const archive = packed([{ path: 'package/a.ts', text: randomBytes(200_000).toString('base64') }])
    await expect(auditOf(archive, { limits: { packedBytes: 100_000 } })).rejects.toMatchObject({ code: 'target_too_large' })
  })

  test('in many files', async () => {
    const archive = packed(Array.from({ length: 50 }, (_, index) => ({ path: `package/${index}.ts`, text: CLIENT })))
    await expect(auditOf(archive, { limits: { files: 40 } })).rejects.toMatchObject({ code: 'target_too_large' })
  })
})

describe('what is not a package is told of in one sentence', () => {
  const whole = packed([{ path: 'package/a.ts', text: CLIENT }])
  const tar = gunzipSync(whole)
  const damaged = Buffer.from(tar)
  damaged.write('9999999', 148)

  test.each([
    ['no archive', Buffer.from('<html>')],
    ['nothing', Buffer.alloc(0)],
    ['cut off', whole.subarray(0, whole.length - 20)],
    ['cut off inside', gzipSync(tar.subarray(0, 600))],
    ['compressed text', gzipSync('hello')],
    ['a wrong checksum', gzipSync(damaged)],
  ])('%s', async (_, archive) => {
    await expect(auditOf(archive)).rejects.toMatchObject({
      code: 'target_unreadable',
      message: expect.stringMatching(/^The package cannot be unpacked[^\n]*$/),
    })
  })

  test('another one than the registry tells of', async () => {
    await expect(auditOf(whole, {}, { lies: true })).rejects.toMatchObject({
      code: 'target_refused',
      message: expect.stringMatching(/digests differ/),
    })
    const { pypi } = await startRegistry({ '1.0.0': whole }, { lies: true })
    await expect(audit('pypi:example', { pypiIndex: pypi })).rejects.toMatchObject({ code: 'target_refused' })
  })
})

test.each([
  'npm:../../etc',
  'npm:a/b',
  'npm:@a/../b',
  'npm:',
  'npm:example@file:/etc',
  'npm:example@git+ssh://x/y',
  'pypi:-x',
  'pypi:a@$(id)',
  'npm:--registry=http://x',
])('%s is the name of no package', async (target) => {
  const { npm, pypi, asked } = await startRegistry({})
  await expect(audit(target, { npmRegistry: npm, pypiIndex: pypi })).rejects.toMatchObject({ code: 'target_refused' })
  expect(asked).toEqual([])
})

test('a registry on another machine is asked by https alone, and so is what it names', async () => {
  await expect(audit('npm:example', { npmRegistry: 'http://registry.example' })).rejects.toMatchObject({ code: 'target_refused' })
  const document = { 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': { dist: { tarball: 'http://registry.example/a.tgz' } } } }
  const fetch = async () => Response.json(document)
  await expect(audit('npm:example', { fetch })).rejects.toMatchObject({
    code: 'target_refused',
    message: expect.stringMatching(/by https/),
  })
  await expect(audit('npm:example', { fetch: async () => Response.json([]) })).rejects.toMatchObject({ code: 'target_unreadable' })
  await expect(audit('npm:example', { fetch: async () => new Response('<html>') })).rejects.toMatchObject({ code: 'target_unreadable' })
})
