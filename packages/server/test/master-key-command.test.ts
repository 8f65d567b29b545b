import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { greeting, openAdministration } from '@countersign/server'
import { describe, expect, test, vi } from 'vitest'
import { readConfiguration } from '../src/configuration/configuration.ts'
import { askForMasterKey } from '../src/master-key-command.ts'
import { faultOf, ownDirectory, put } from './directory.ts'
import { configurationOf, start } from './running.ts'

const KEY = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 200) % 256)
const buffer = Buffer.from(KEY)
const HEX = buffer.toString('hex')

/** A command that runs this script. */
const node = (script: string, ...args: string[]) => [process.execPath, '-e', script, ...args]
const writing = (text: string) => node('process.stdout.write(process.argv[1])', text)

// First, while no other program has left anything behind.
test('a program that takes too long is ended, and so is the wait for whatever it has started', async () => {
  const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'], { stdio: 'inherit' })`
  const pipes = () => process.getActiveResourcesInfo().filter((resource) => resource === 'PipeWrap').length
  const before = pipes()
  const began = performance.now()
  await expect(askForMasterKey(node(`${grandchild}; setInterval(() => {}, 1000)`), 500)).rejects.toMatchObject({
    message: `the master key: the command "${process.execPath}" took longer than 0.5 seconds`,
  })
  // An open pipe would keep the command from ending.
  await vi.waitFor(() => expect(pipes()).toBeLessThanOrEqual(before), 10_000)
  expect(performance.now() - began).toBeLessThan(15_000)
})

test.each([
  ['base64url', writing(buffer.toString('base64url'))],
  ['base64 with spaces around it', writing(`\n ${buffer.toString('base64')} \r\n`)],
  ['hexadecimal', writing(`${HEX}\n`)],
  ['raw', node(`process.stdout.write(Buffer.from(process.argv[1], 'hex'))`, HEX)],
])('a key is taken as %s', async (_, command) => {
  expect(await askForMasterKey(command)).toEqual(KEY)
})

test('no shell sees the command: every argument arrives as it stands, and there is no input', async () => {
  const script = `
    if (process.argv[1] !== '$(id) "; exit 1 #') process.exit(7)
    process.stdin.on('data', () => process.exit(8)).on('end', () => process.stdout.write(process.argv[2]))`
  expect(await askForMasterKey(node(script, '$(id) "; exit 1 #', HEX))).toEqual(KEY)
})

describe('what goes wrong is told by the program alone', () => {
  const wanted = 'expected 32 random bytes or more, as base64url, base64, hexadecimal or raw'
  const byHand = 'run it by hand as the user of the server, to see why'
  test.each([
    ['no key', writing('correct horse battery staple'), 'wrote no key', wanted],
    ['nothing', node(''), 'wrote no key', wanted],
    ['short', writing(buffer.subarray(1).toString('hex')), 'wrote no key', wanted],
    ['too much', node(`process.stdout.write('a'.repeat(100000)); setInterval(() => {}, 1000)`), 'wrote more than 4096 bytes', wanted],
    [
      'a failure',
      node(`process.stdout.write('${HEX}'); process.stderr.write('${HEX}'); process.exitCode = 3`),
      'ended with 3, which means that it failed',
      byHand,
    ],
    ['a signal', node(`process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)`), 'was ended by SIGTERM', byHand],
  ])('%s', async (_, command, why, hint) => {
    const fault = await askForMasterKey(command).catch((error: unknown) => error)
    expect(fault).toMatchObject({
      code: 'configuration_invalid',
      message: `the master key: the command "${process.execPath}" ${why}`,
      hint,
    })
    expect(JSON.stringify(fault, Object.getOwnPropertyNames(fault))).not.toContain(HEX.slice(0, 16))
  })

  test('a program that is not there, or may not be run', async () => {
    await expect(askForMasterKey(['countersign-no-such-program'])).rejects.toMatchObject({
      message: 'the master key: the command "countersign-no-such-program" cannot be started: there is no such program',
    })
    const file = put(ownDirectory(), 'key', HEX)
    await expect(askForMasterKey([file])).rejects.toMatchObject({
      message: `the master key: the command "${file}" cannot be started (EACCES)`,
    })
  })
})

test('a server opens its store with the key from a command, keeps no key of its own, and knows another one', async () => {
  const directory = ownDirectory()
  const masterKeyCommand = writing(HEX)
  const server = await start(directory, { masterKeyCommand })
  expect(server).toMatchObject({ isFirstStart: true, masterKeyMade: false, masterKeyFile: undefined })
  expect(greeting(server.configuration, server).join('\n')).toContain(`\n  master key  from the command "${process.execPath}"\n`)
  expect(existsSync(join(directory, 'master.key'))).toBe(false)
  const administration = await openAdministration(configurationOf(directory, { masterKeyCommand }))
  expect(await administration.listKeys()).toHaveLength(1)
  await administration.close()
  await server.close()
  const other = writing(Buffer.from(KEY.toReversed()).toString('hex'))
  await expect(start(directory, { masterKeyCommand: other })).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: `the master key from the command "${process.execPath}" is not the one that this store was made with`,
  })
  const file = put(ownDirectory(), 'key', HEX)
  expect(await start(directory, { masterKeyFile: file })).toMatchObject({ isFirstStart: false, masterKeyFile: file })
  expect(server.log.join('\n')).not.toContain(HEX)
})

test('the command is an array in the file, and words or an array in the environment and as a flag', () => {
  const directory = ownDirectory()
  const read = (masterKeyCommand: unknown) =>
    readConfiguration({ config: put(directory, 'server.json', { masterKeyCommand }) }, {}).masterKeyCommand
  expect(read(['age', '-d', 'my key.age'])).toEqual(['age', '-d', 'my key.age'])
  expect(read(['./unseal', './x'])).toEqual([join(directory, 'unseal'), './x'])
  const environment = { XDG_DATA_HOME: directory, COUNTERSIGN_MASTER_KEY_COMMAND: ' pass  show countersign ' }
  expect(readConfiguration({}, environment).masterKeyCommand).toEqual(['pass', 'show', 'countersign'])
  const masterKeyCommand = '["age", "-d", "my key.age"]'
  expect(readConfiguration({ masterKeyCommand }, environment).masterKeyCommand).toEqual(['age', '-d', 'my key.age'])
})

test('a command that is none, or is meant for a shell, is refused without being repeated', () => {
  const directory = ownDirectory()
  for (const wrong of ['age -d hunter2', [], ['age', 7], ['', 'hunter2'], { age: 'hunter2' }, ['a\0hunter2']]) {
    const config = put(directory, 'server.json', { masterKeyCommand: wrong })
    const fault = faultOf(() => readConfiguration({ config }, {}))
    expect(fault).toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining('masterKeyCommand: expected an array of a program'),
    })
    expect(fault.message).not.toContain('hunter2')
  }
  for (const wrong of ['age -d "hunter2"', 'age < hunter2', 'echo $KEY', 'a | b', 'a; b', '["age"', '[]', '[7]']) {
    const fault = faultOf(() => readConfiguration({ masterKeyCommand: wrong }, { XDG_DATA_HOME: directory }))
    expect(fault).toMatchObject({ code: 'usage', hint: expect.stringContaining('no shell runs it') })
    expect(fault.message).not.toMatch(/hunter2|KEY/)
  }
  const both = { masterKeyFile: '/k', masterKeyCommand: ['age', 'hunter2'] }
  expect(faultOf(() => configurationOf(directory, both)).message).toBe(
    'masterKeyCommand: expected nothing, because masterKeyFile says already where the master key is, found an array',
  )
})
