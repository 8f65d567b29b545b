/** Modules of Go by name: which version, from where, and held against which checksum. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { git, startGitServer } from '../../../tests/support/git-server.ts'
import { goSum, moduleOf, startGoProxy } from '../../../tests/support/go-proxy.ts'
import { audit, type TargetOptions } from '../src/index.ts'

const GOOD = readFileSync(new URL('fixtures/client.go.txt', import.meta.url), 'utf8')
/** It polls for ever: DF-C03. */
const BAD = GOOD.replace('for time.Now().Before(deadline) {', 'for {')
const PATH = 'example.com/Tools/cli'
const ESCAPED = '/proxy/example.com/!tools/cli'

const filesWith = (client: string) => ({ 'go.mod': `module ${PATH}\n`, 'client.go': client })
const zipOf = (version: string, client: string, path = PATH) => moduleOf(path, version, filesWith(client))

async function defectsIn(target: string, goEnvironment: NonNullable<TargetOptions['goEnvironment']>, options: TargetOptions = {}) {
  const { report } = await audit(target, { goEnvironment, ...options })
  expect(report.extent['parsed']).toBe(1)
  return report.findings.filter(({ verdict }) => verdict === 'violates').map(({ rule }) => rule)
}

test('the version is the newest release, the highest that begins so, or the one that is named', async () => {
  const list = 'v1.9.0\nv1.10.0\nv2.0.0+incompatible\nv1.11.0-rc.1\n'
  const { at, asked } = await startGoProxy({
    [`${ESCAPED}/@v/list`]: list,
    [`${ESCAPED}/@v/v1.10.0.zip`]: zipOf('v1.10.0', BAD),
    [`${ESCAPED}/@v/v1.9.0.zip`]: zipOf('v1.9.0', GOOD),
    [`${ESCAPED}/@v/v1.11.0-rc.1.zip`]: zipOf('v1.11.0-rc.1', GOOD),
    [`${ESCAPED}/@v/v2.0.0+incompatible.zip`]: zipOf('v2.0.0+incompatible', GOOD),
    [`${ESCAPED}/@v/main.info`]: '{"Version":"v1.11.1-0.20260102030405-0123456789ab"}',
    [`${ESCAPED}/@v/v1.11.1-0.20260102030405-0123456789ab.zip`]: zipOf('v1.11.1-0.20260102030405-0123456789ab', GOOD),
  })
  const environment = { GOPROXY: at, GOSUMDB: 'off' }
  expect(await defectsIn(`go:${PATH}`, environment)).toEqual(['DF-C03'])
  expect(await defectsIn(`go:${PATH}@latest`, environment)).toEqual(['DF-C03'])
  expect(await defectsIn(`go:${PATH}@v1`, environment)).toEqual(['DF-C03'])
  expect(await defectsIn(`go:${PATH}@v1.9`, environment)).toEqual([])
  expect(await defectsIn(`go:${PATH}@v2`, environment)).toEqual([])
  expect(await defectsIn(`go:${PATH}@v1.11.0-rc.1`, environment)).toEqual([])
  expect(await defectsIn(`go:${PATH}@main`, environment)).toEqual([])
  await expect(audit(`go:${PATH}@v3`, { goEnvironment: environment })).rejects.toMatchObject({
    code: 'target_unreadable',
    message: `No module ${PATH} in version v3 was found.`,
  })
  expect(asked.every((path) => path.startsWith(ESCAPED))).toBe(true)
})

test('a module without a release is taken as the proxy names its newest commit', async () => {
  const version = 'v0.0.0-20260102030405-0123456789ab'
  const { at } = await startGoProxy({
    [`${ESCAPED}/@v/list`]: '',
    [`${ESCAPED}/@latest`]: JSON.stringify({ Version: version }),
    [`${ESCAPED}/@v/${version}.zip`]: zipOf(version, BAD),
  })
  expect(await defectsIn(`go:${PATH}`, { GOPROXY: at, GOSUMDB: 'off' })).toEqual(['DF-C03'])
})

test('the next source is asked when there is no such module, and after a failure only behind a bar', async () => {
  const zip = { [`${ESCAPED}/@v/v1.0.0.zip`]: zipOf('v1.0.0', BAD) }
  const empty = await startGoProxy({ [`${ESCAPED}/@v/v1.0.0.zip`]: 410 })
  const failing = await startGoProxy({ [`${ESCAPED}/@v/v1.0.0.zip`]: 500 })
  const damaged = await startGoProxy({ [`${ESCAPED}/@v/v1.0.0.zip`]: zipOf('v1.0.0', BAD).subarray(9) })
  const full = await startGoProxy(zip)
  const from = (GOPROXY: string) => defectsIn(`go:${PATH}@v1.0.0`, { GOPROXY, GOSUMDB: 'off' })
  expect(await from(`${empty.at},${full.at}`)).toEqual(['DF-C03'])
  expect(await from(` ${failing.at}|${damaged.at}/ | ${full.at} `)).toEqual(['DF-C03'])
  await expect(from(`${failing.at},${full.at}`)).rejects.toMatchObject({ message: expect.stringContaining('was answered with 500') })
  await expect(from(`${empty.at},off`)).rejects.toMatchObject({ message: `GOPROXY is off, so ${PATH} is not fetched.` })
  await expect(from(empty.at)).rejects.toMatchObject({ message: `No module ${PATH} in version v1.0.0 was found.` })
  await expect(from(',')).rejects.toMatchObject({ code: 'configuration_invalid' })
  await expect(from('https://ada:hunter2@proxy.example')).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.not.stringContaining('hunter2'),
  })
})

test('without any variable it is the proxy and the database of Go', async () => {
  const asked: string[] = []
  const fetch = async (url: string) => {
    asked.push(url)
    if (url.endsWith('.zip')) return new Response(new Uint8Array(zipOf('v1.0.0', GOOD)))
    if (!url.includes('/lookup/')) return new Response('', { status: 404 })
    return new Response(`7\n${PATH} v1.0.0 ${goSum(PATH, 'v1.0.0', filesWith(GOOD))}\n${PATH} v1.0.0/go.mod h1:x\n`)
  }
  expect(await defectsIn(`go:${PATH}@v1.0.0`, { GOPROXY: '', GOSUMDB: ' ' }, { fetch })).toEqual([])
  expect(asked).toEqual([
    'https://proxy.golang.org/example.com/!tools/cli/@v/v1.0.0.zip',
    'https://proxy.golang.org/sumdb/sum.golang.org/supported',
    'https://sum.golang.org/lookup/example.com/!tools/cli@v1.0.0',
  ])
})

const FILES = { LICENSE: 'x\n', 'go.mod': `module ${PATH}\n`, 'cli.go': 'package cli\n' }
/** What sha256sum over sha256sum says of these files. */
const SUM = 'h1:tJP+zMQGyPeEpCzzRdLuQqDnSR6u5UUheJXbntLM89M='
const LOOKUP = 'lookup/example.com/!tools/cli@v1.2.3'
const zip = { [`${ESCAPED}/@v/v1.2.3.zip`]: moduleOf(PATH, 'v1.2.3', FILES) }
const fetched = async (goEnvironment: TargetOptions['goEnvironment']) =>
  (await audit(`go:${PATH}@v1.2.3`, { goEnvironment })).report.extent['files']

test.each(['/sum', '/proxy/sumdb/sum.example'])('the checksum is that of the database, at %s', async (base) => {
  const at = (hash: string) => ({ ...zip, [`${base}/supported`]: '', [`${base}/${LOOKUP}`]: `1\n${PATH} v1.2.3 ${hash}\n` })
  const honest = await startGoProxy(at(SUM))
  expect(await fetched({ GOPROXY: honest.at, GOSUMDB: honest.sumDb })).toBe(2)
  expect(honest.asked.at(-1)).toBe(`${base}/${LOOKUP}`)
  const other = await startGoProxy(at(SUM.replace('tJ', 'tK')))
  const differing = { code: 'target_refused', message: `${PATH} v1.2.3 is not what sum.example tells of: their checksums differ.` }
  await expect(fetched({ GOPROXY: other.at, GOSUMDB: other.sumDb })).rejects.toMatchObject(differing)
  // Nobody else is asked for the same thing until it fits.
  await expect(fetched({ GOPROXY: `${other.at}|${honest.at}`, GOSUMDB: other.sumDb })).rejects.toMatchObject(differing)
})

test('what the database does not know is refused, and what is private is not asked for', async () => {
  const proxy = await startGoProxy(zip)
  const environment = { GOPROXY: proxy.at, GOSUMDB: proxy.sumDb }
  await expect(fetched(environment)).rejects.toMatchObject({
    code: 'target_refused',
    message: expect.stringMatching(/^sum\.example has no checksum of example\.com\/Tools\/cli v1\.2\.3/),
  })
  await expect(fetched({ ...environment, GONOSUMDB: 'example.com/Other,example.org' })).rejects.toMatchObject({ code: 'target_refused' })
  const before = proxy.asked.length
  expect(await fetched({ ...environment, GONOSUMDB: 'other.example,*.com/T?ols/' })).toBe(2)
  expect(await fetched({ ...environment, GOPRIVATE: 'example.com', GONOPROXY: 'none' })).toBe(2)
  expect(proxy.asked.slice(before).filter((path) => !path.endsWith('.zip'))).toEqual([])
})

test('a private module, or one that is fetched directly, comes from the repository that its address names', async () => {
  const server = await startGitServer({ 'cli/v2/client.go': GOOD, 'other/client.go': GOOD }, (folder) => {
    git(folder, 'tag', 'cli/v2.0.1')
    git(folder, 'mv', 'cli/v2/client.go', 'cli/client.go')
    git(folder, 'commit', '--quiet', '--message=second')
  })
  const asked: string[] = []
  const fetch = async (url: string) => {
    asked.push(url)
    return new Response(`<head><meta content="example.org/x git https://x.example"  name="go-import">
      <meta name="go-import" content="example.com/tools git ${server.address}"></head>`)
  }
  const files = async (target: string, goEnvironment: TargetOptions['goEnvironment']) =>
    (await audit(target, { goEnvironment, fetch })).report.extent['files']
  for (const environment of [{ GOPROXY: 'direct' }, { GOPRIVATE: 'example.com/tools' }]) {
    expect(await files('go:example.com/tools/cli/v2@v2.0.1', environment)).toBe(1)
    expect(await files('go:example.com/tools', environment)).toBe(2)
    expect(await files('go:example.com/tools/cli/v2', environment)).toBe(1)
  }
  expect(new Set(asked)).toEqual(new Set(['https://example.com/tools/cli/v2?go-get=1', 'https://example.com/tools?go-get=1']))
  const direct = { GOPROXY: 'direct' }
  await expect(files('go:example.com/tools/none', direct)).rejects.toMatchObject({ code: 'target_unreadable' })
  await expect(files('go:example.com/tools@v9.9.9', direct)).rejects.toMatchObject({ code: 'target_unreadable' })
  await expect(files('go:example.com/tools@main', direct)).rejects.toMatchObject({ code: 'target_refused' })
  await expect(files('go:example.com/tools@v0.0.0-20260102030405-0123456789ab', direct)).rejects.toMatchObject({ code: 'target_refused' })
  await expect(files('go:example.net/tools', direct)).rejects.toMatchObject({ code: 'target_unreadable' })
})
