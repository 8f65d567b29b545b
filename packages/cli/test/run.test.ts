import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { ownDirectory } from './command.ts'
import { countersign } from './in-process.ts'

test.each([
  [['serv'], 'unknown command "serv"', 'did you mean "serve"?'],
  [['serv', 'x', '--frob'], 'unknown command "serv"', 'did you mean "serve"?'],
  [['admin', 'usre', 'list'], 'unknown command "usre"', 'did you mean "user"?'],
  [['admin', 'client', 'ad'], 'unknown command "ad"', 'did you mean "add"?'],
  [
    ['admin', 'device-key', 'forget', 'ada', `-${'a'.repeat(42)}`],
    `unknown option "-${'a'.repeat(42)}"`,
    'an id that begins with a dash goes to the end, behind "--"',
  ],
  [['serve', '--lisen', 'x'], 'unknown option "--lisen"', 'did you mean "--listen"?'],
  [['frobnicate'], 'unknown command "frobnicate"', 'see "countersign --help"'],
  [['serve', '--listen', 'nowhere'], '--listen: expected host:port, found "nowhere"', 'like "127.0.0.1:8628" or "[::1]:8628"'],
  [['admin', 'user', 'add'], 'missing required argument "name"', 'see "countersign --help"'],
  [['admin', 'user', 'list', 'ada'], 'too many arguments for "list", expected 0 arguments but got 1', 'see "countersign --help"'],
  [['admin', 'client', 'add'], 'required option "--name <name>" not specified', 'see "countersign --help"'],
  [
    ['admin', 'user', 'add', 'ada', '--generate', '--password-stdin'],
    'option "--password-stdin" cannot be used with option "--generate"',
    'see "countersign --help"',
  ],
])('countersign %j is a usage error', async (args, message, hint) => {
  const { code, stdout, stderr } = await countersign(...args)
  expect(code).toBe(2)
  expect(stderr).toBe(`countersign: ${message}\nhint: ${hint}\n`)
  expect(stdout).toBe('')
  const asJson = await countersign(...args, '--json')
  expect(asJson).toMatchObject({ code: 2, stderr: '' })
  expect(JSON.parse(asJson.stdout)).toEqual({ error: { code: 'usage', message, hint } })
})

test('a flag without its value is a usage error', async () => {
  const { code, stderr } = await countersign('serve', '--listen')
  expect(code).toBe(2)
  expect(stderr).toContain('option "--listen <host:port>" argument missing')
})

test('without a command the help goes to stderr, and it is a usage error', async () => {
  for (const args of [[], ['admin'], ['admin', 'user']]) {
    const { code, stdout, stderr } = await countersign(...args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^Usage: countersign/)
  }
})

test('help that was asked for goes to stdout', async () => {
  for (const args of [['--help'], ['help'], ['-h']]) {
    const { code, stdout, stderr } = await countersign(...args)
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toContain('run the authorization server')
  }
})

test.each([['serve'], ['admin'], ['admin', 'user'], ['admin', 'client']])(
  'the help of %s %s shows examples that start with the command',
  async (...path) => {
    const { code, stdout } = await countersign(...path.filter(Boolean), '--help')
    expect(code).toBe(0)
    const [, examples = ''] = stdout.split('\nExamples:\n')
    expect(examples).toContain(`  countersign ${path.filter(Boolean).join(' ')}`)
  },
)

test('the version is the one of the package', async () => {
  const { default: manifest } = (await import('../package.json', { with: { type: 'json' } })) as { default: { version: string } }
  for (const flag of ['--version', '-V']) expect(await countersign(flag)).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
})

verifies('oauth21-1.5-https-everywhere', 'the command does not serve http to other machines', async () => {
  for (const flags of [
    ['--listen', '0.0.0.0:0'],
    ['--listen', '0.0.0.0:0', '--issuer', 'http://localhost:8628'],
  ]) {
    const { code, stderr } = await countersign('serve', '--data', ownDirectory(), ...flags)
    expect(code).toBe(1)
    expect(stderr).toContain('countersign: issuer: expected an https URL, because the server listens on 0.0.0.0')
  }
  const { code, stderr } = await countersign('serve', '--data', ownDirectory(), '--issuer', 'http://auth.example')
  expect(code).toBe(2)
  expect(stderr).toContain('--issuer: expected an https URL')
})
