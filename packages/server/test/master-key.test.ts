import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { nodeSuite } from '@countersign/node'
import { describe, expect, test } from 'vitest'
import { makeMasterKey, readMasterKey } from '../src/master-key.ts'
import { faultOf, ownDirectory, put } from './directory.ts'

const KEY = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 200) % 256)
const buffer = Buffer.from(KEY)

test.each([
  ['base64url', buffer.toString('base64url')],
  ['base64 with a line break', `${buffer.toString('base64')}\n`],
  ['hexadecimal', `${buffer.toString('hex')}\n`],
  ['raw', KEY],
])('a key is read as %s', (_, content) => {
  expect(readMasterKey(put(ownDirectory(), 'key', content))).toEqual(KEY)
})

describe('what is no key is refused', () => {
  test.each([
    ['empty', ''],
    ['31 bytes', buffer.subarray(1).toString('base64url')],
    ['zeros', '0'.repeat(64)],
    ['a passphrase', 'correct horse battery staple correct horse battery staple'],
    ['the file of something else', '{"kty":"oct","k":"q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"}'],
  ])('%s', (_, content) => {
    const file = put(ownDirectory(), 'key', content)
    expect(faultOf(() => readMasterKey(file))).toEqual({
      code: 'configuration_invalid',
      message: `the master key file "${file}" holds no key`,
      hint: 'expected 32 random bytes or more, as base64url, base64, hexadecimal or raw',
    })
  })
})

test.skipIf(process.platform === 'win32').each([0o640, 0o604, 0o660])('a key that others can read is refused (%o)', (mode) => {
  const file = put(ownDirectory(), 'key', buffer.toString('hex'))
  chmodSync(file, mode)
  expect(faultOf(() => readMasterKey(file))).toMatchObject({
    message: `the master key file "${file}" can be read by others (mode 0${mode.toString(8)})`,
    hint: `chmod 600 ${file}`,
  })
})

test('a key that is missing is told with how to make one', () => {
  const { message, hint } = faultOf(() => readMasterKey('/nowhere/key'))
  expect(message).toBe('the master key file "/nowhere/key" does not exist')
  expect(hint).toContain('head -c 32 /dev/urandom')
})

test('a key is made once, for our eyes only, and never over another', () => {
  const directory = ownDirectory()
  const file = join(directory, 'master.key')
  expect(makeMasterKey(file, nodeSuite())).toBe(true)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const made = readFileSync(file, 'utf8')
  expect(readMasterKey(file)).toHaveLength(32)
  expect(makeMasterKey(file, nodeSuite())).toBe(false)
  expect(readFileSync(file, 'utf8')).toBe(made)
  expect(readdirSync(directory)).toEqual(['master.key'])
})

test('where no key can be written, that is said', () => {
  expect(faultOf(() => makeMasterKey('/nowhere/master.key', nodeSuite())).message).toBe(
    'the master key file "/nowhere/master.key" cannot be written',
  )
})
