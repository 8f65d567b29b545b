import { expect, test } from 'vitest'
import { configure, readConfiguration } from '@countersign/server'
import { schemeOf, shownStore, storeAddress, withPassword } from '../../src/configuration/store-address.ts'
import { faultOf, ownDirectory, put } from '../directory.ts'

const KNOWN = [
  'redis://redis:6379',
  'rediss+cluster://user:hunter2@a,b/',
  'redis+sentinel://:hunter2@a:1,b:2/main',
  'postgres://u@db/auth?sslmode=require',
]

test.each(KNOWN)('%s is the address of a store', (address) => {
  expect(storeAddress(address, 'store')).toBe(address)
  expect(schemeOf(address)).toBe(address.split(':')[0])
  expect(shownStore(address)).not.toMatch(/hunter2|user|\?/)
})

test('a store is shown by where it is', () => {
  expect(shownStore('rediss+cluster://user:hunter2@a,b')).toBe('rediss+cluster://a,b')
  expect(shownStore('postgres://user@db:5432/auth?password=hunter2')).toBe('postgres://db:5432/auth')
})

test.each([
  ['mysql://user:hunter2@db', 'mysql://...'],
  ['hunter2', '(something else)'],
  ['redis:hunter2', '(something else)'],
  ['redis://user:hunter2@', '(something else)'],
  ['redis://a@b@hunter2', '(something else)'],
  ['constructor://hunter2', 'constructor://...'],
  [7, '(something else)'],
])('%s is none, and the error repeats no secret', (address, found) => {
  const { code, hint, message } = faultOf(() => storeAddress(address, 'store'))
  expect(code).toBe('configuration_invalid')
  expect(message).toContain(`store: expected the address of a store`)
  expect(message).toContain(`found "${found}"`)
  expect(hint).toContain('redis+cluster')
  expect(`${message} ${String(hint)}`).not.toContain('hunter2')
})

test('a password comes in from its file, whatever it is made of, and never twice', () => {
  expect(withPassword('redis://redis:6379/1', 'p@ss: /?#ä')).toBe('redis://:p%40ss%3A%20%2F%3F%23%C3%A4@redis:6379/1')
  expect(withPassword('redis+cluster://ada@a,b', 'p')).toBe('redis+cluster://ada:p@a,b')
  for (const address of ['redis://ada:hunter2@a', 'redis://:@a']) {
    const { code, message } = faultOf(() => withPassword(address, 'p'))
    expect(code).toBe('configuration_invalid')
    expect(message).not.toContain('hunter2')
  }
})

test('the address is read from flag, environment and file, in that order, and the password file is found beside the file', () => {
  const directory = ownDirectory()
  const file = put(directory, 'countersign.json', { store: 'redis://file', storePasswordFile: 'redis.password' })
  const read = (flags: object, environment: Record<string, string> = {}) => readConfiguration({ config: file, ...flags }, environment)
  expect(read({})).toMatchObject({ store: 'redis://file', storePasswordFile: `${directory}/redis.password` })
  const environment = { COUNTERSIGN_STORE: 'redis://environment', COUNTERSIGN_STORE_PASSWORD_FILE: '/run/secrets/redis' }
  expect(read({}, environment)).toMatchObject({ store: 'redis://environment', storePasswordFile: '/run/secrets/redis' })
  expect(read({ store: 'redis://flag', storePasswordFile: '/elsewhere' }, environment)).toMatchObject({
    store: 'redis://flag',
    storePasswordFile: '/elsewhere',
  })
  expect(readConfiguration({ data: ownDirectory() }, {})).toMatchObject({ store: undefined, storePasswordFile: undefined })
})

test('a password without a store is a mistake, and so is an address that nobody knows', () => {
  const dataDirectory = ownDirectory()
  expect(faultOf(() => configure({ dataDirectory, storePasswordFile: '/p' })).message).toContain('store: expected the address of the store')
  expect(faultOf(() => configure({ dataDirectory, store: 'mysql://user:hunter2@db' })).message).not.toContain('hunter2')
  const { code } = faultOf(() => readConfiguration({ data: dataDirectory, store: 'nowhere' }, {}))
  expect(code).toBe('usage')
})
