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
import { startGoProxy, zipped } from '../support/go-proxy.ts'
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

  test('a file in which there is another one', async () => {
    const files = ['package/a.ts', 'package/a.ts/b.ts', 'package/c.ts/d.ts', 'package/c.ts'].map((path) => ({ path, text: CLIENT }))
    await expect(auditOf(packed(files))).rejects.toMatchObject({
      code: 'target_refused',
      message: 'The package holds a file where it holds a folder.',
    })
    expect((await auditOf(packed(files.slice(2)))).extent['files']).toBe(1)
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

describe('a module of Go', () => {
  const ROOT = 'example.com/cli@v1.0.0'
  const whole = [{ path: `${ROOT}/client.ts`, text: CLIENT }]

  async function auditOfZip(archive: Buffer, limits: TargetOptions['limits'] = {}) {
    const { at } = await startGoProxy({ '/proxy/example.com/cli/@v/v1.0.0.zip': archive })
    return (await audit('go:example.com/cli@v1.0.0', { limits, goEnvironment: { GOPROXY: at, GOSUMDB: 'off' } })).report
  }

  const overwritten = (archive: Buffer, at: number, length: number): Buffer => {
    archive.subarray(at).fill(0xff, 0, length)
    return archive
  }

  test.each([
    () => `${ROOT}/../../evil.ts`,
    () => `${ROOT}/a/../../../../outside/evil.ts`,
    () => `${ROOT}/..`,
    () => `${ROOT}/..\\..\\evil.ts`,
    () => `${ROOT}/C:evil.ts`,
    () => `${ROOT}/${'long/'.repeat(300)}evil.ts`,
    () => `${ROOT}/ev\u0000il.ts`,
    () => '../evil.ts',
    () => `${outside}/evil.ts`,
    () => 'example.com/cli@v1.0.1/evil.ts',
    () => 'evil.ts',
  ])('with a path that leads out is refused: %#', async (path) => {
    await expect(auditOfZip(zipped([...whole, { path: path(), text: 'evil' }]))).rejects.toMatchObject({
      code: 'target_refused',
      message: expect.stringMatching(/^The package holds a (?:path that leads out of it|file that is not below)/),
    })
    expect(existsSync('/evil.ts')).toBe(false)
  })

  test('has no links, no folders without files, and no second file of one name', async () => {
    const archive = zipped([
      ...whole,
      { path: `${ROOT}/client.ts`, text: '\n'.repeat(50) },
      { path: `${ROOT}/link.ts`, text: outside, mode: 0o120777 },
      { path: `${ROOT}/pipe.ts`, mode: 0o010644 },
      { path: `${ROOT}/folder.ts/` },
      { path: `${ROOT}/stored.ts`, text: CLIENT, method: 0, mode: 0o100755 },
    ])
    expect((await auditOfZip(archive)).extent).toMatchObject({ files: 2, lines: 4 })
  })

  test('that is too much is refused', async () => {
    const zeros = '\0'.repeat(20_000_000)
    const bomb = zipped([{ path: `${ROOT}/zeros.ts`, text: zeros }])
    expect(bomb.length).toBeLessThan(50_000)
    const tooLarge = { code: 'target_too_large' }
    await expect(auditOfZip(bomb, { bytes: 1_000_000 })).rejects.toMatchObject(tooLarge)
    const parts = Array.from({ length: 5 }, (_, index) => ({ path: `${ROOT}/${index}.ts`, text: zeros.slice(0, 300_000) }))
    await expect(auditOfZip(zipped(parts), { bytes: 1_000_000 })).rejects.toMatchObject(tooLarge)
    await expect(auditOfZip(zipped(parts), { files: 4 })).rejects.toMatchObject(tooLarge)
    await expect(auditOfZip(zipped(parts), { packedBytes: 500 })).rejects.toMatchObject(tooLarge)
    // It says that it is short, and is not: nothing above that is unpacked.
    const lie = zipped([{ path: `${ROOT}/zeros.ts`, text: zeros, size: 10 }])
    await expect(auditOfZip(lie)).rejects.toMatchObject({ code: 'target_unreadable', cause: { code: 'ERR_BUFFER_TOO_LARGE' } })
  })

  test.each([
    ['no archive', () => Buffer.from('<html>')],
    ['nothing', () => Buffer.alloc(0)],
    ['cut off', () => zipped(whole).subarray(0, -4)],
    ['cut off in front', () => zipped(whole).subarray(20)],
    ['a wrong checksum', () => zipped([{ path: `${ROOT}/a.ts`, text: CLIENT, checksum: 1 }])],
    ['a wrong size', () => zipped([{ path: `${ROOT}/a.ts`, text: CLIENT, size: 3 }])],
    ['no bytes where it says some', () => zipped([{ path: `${ROOT}/a.ts`, text: '', size: 100 }])],
    ['encryption', () => zipped([{ path: `${ROOT}/a.ts`, text: CLIENT, flags: 1 }])],
    ['another compression', () => zipped([{ path: `${ROOT}/a.ts`, text: CLIENT, method: 12 }])],
    // Behind the local header and the name.
    ['broken compression', () => overwritten(zipped([{ path: `${ROOT}/a.ts`, text: CLIENT }]), 30 + ROOT.length + 5, 10)],
    ['a directory elsewhere', () => overwritten(zipped(whole), -6, 4)],
    ['more files than it lists', () => overwritten(zipped(whole), -12, 1)],
    ['the form of 64 bits', () => overwritten(zipped(whole), -12, 2)],
  ])('that is broken is told of in one sentence: %s', async (_, archive) => {
    await expect(auditOfZip(archive())).rejects.toMatchObject({
      code: 'target_unreadable',
      message: expect.stringMatching(/^The package cannot be unpacked[^\n]*$/),
    })
  })

  test('that holds a file where it holds a folder is refused', async () => {
    const archive = zipped([...whole, { path: `${ROOT}/client.ts/b.ts`, text: CLIENT }])
    await expect(auditOfZip(archive)).rejects.toMatchObject({ code: 'target_refused' })
  })

  test('may end with a comment that looks like the end of an archive', async () => {
    expect((await auditOfZip(zipped(whole, `PK\u0005\u0006${'x'.repeat(40)}`))).extent['files']).toBe(1)
  })

  test.each([
    'go:',
    'go:example',
    'go:../../etc',
    'go:example.com/../etc',
    'go:example.com/.git',
    'go:example.com//a',
    'go:example.com/a@../../b',
    'go:example.com/a@-x',
    'go:example.com/a?x=1',
    'go:-example.com/a',
    'go:--GOPROXY=x.example/a',
  ])('%s is the name of none', async (target) => {
    const { at, asked } = await startGoProxy({})
    await expect(audit(target, { goEnvironment: { GOPROXY: at } })).rejects.toMatchObject({ code: 'target_refused' })
    expect(asked).toEqual([])
  })

  test('comes by https alone, and so does the repository that an address names', async () => {
    const of = (GOPROXY: string, fetch?: TargetOptions['fetch']) =>
      audit('go:example.com/cli@v1.0.0', { goEnvironment: { GOPROXY }, fetch })
    for (const proxy of ['http://proxy.example', 'file:///etc', 'ftp://proxy.example'])
      await expect(of(proxy)).rejects.toMatchObject({ code: 'target_refused', message: expect.stringContaining('by https') })
    for (const named of [
      'git http://git.example/cli',
      'git ext::sh',
      'git file:///etc',
      'git ssh://-oProxyCommand=x/y',
      'hg https://hg.example',
      'git --x',
    ]) {
      const page = async () => new Response(`<meta name="go-import" content="example.com/cli ${named}">`)
      await expect(of('direct', page), named).rejects.toMatchObject({ code: 'target_refused' })
    }
  })
})
