import { expect, test } from 'vitest'
import { openScriptlessBrowser, overHttp, visibleText } from '../../../../examples/first-login/src/scriptless-browser.ts'
import { readConfiguration } from '../../src/configuration/configuration.ts'
import { ownDirectory, put } from '../directory.ts'
import { administrate, start } from '../running.ts'
import { writeMmdb } from './write-mmdb.ts'

const FRANCE = { 'x-forwarded-for': '203.0.113.7' }
const GERMANY = { 'x-forwarded-for': '198.51.100.7' }
const database = () =>
  writeMmdb({
    '203.0.113.0/24': { country: { iso_code: 'FR' } },
    '198.51.100.0/24': { country: { iso_code: 'DE' }, city: { names: { en: 'Leipzig' } } },
  })

test('a server with a place database tells a person where device and browser are, and warns when a border is between them', async () => {
  const directory = ownDirectory()
  const placeDatabase = put(directory, 'places.mmdb', database())
  const server = await start(directory, { placeDatabase, trustProxy: ['loopback'] })
  await (await administrate(server)).addUser('ada', 'correct horse')
  const form = new URLSearchParams({ client_id: 'countersign-cli' })
  const opened = await fetch(`${server.url}/device_authorization`, { method: 'POST', body: form, headers: FRANCE })
  const { user_code: userCode } = (await opened.json()) as { user_code: string }
  const browser = openScriptlessBrowser(server.url, overHttp(server.url), GERMANY)
  await browser.signIn('ada', 'correct horse')
  const text = visibleText(await browser.enter(userCode))
  expect(text).toContain('Asked from 203.0.113.7 probably in France')
  expect(text).toContain('This browser probably in Leipzig, Germany')
  expect(text).toContain('Different countries')
})

test('a server does not start on a place database that cannot be used, and is not left half open', async () => {
  const directory = ownDirectory()
  const placeDatabase = put(directory, 'places.mmdb', database().subarray(0, 100))
  await expect(start(directory, { placeDatabase })).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: `the place database "${placeDatabase}" cannot be used: it is no MaxMind DB file`,
  })
  put(directory, 'places.mmdb', database())
  expect(await start(directory, { placeDatabase })).toMatchObject({ isFirstStart: false })
})

test('the place database is named in the file, beside which it lies, in the environment or by a flag', () => {
  const directory = ownDirectory()
  const config = put(directory, 'server.json', { placeDatabase: 'places.mmdb' })
  expect(readConfiguration({ config }, {}).placeDatabase).toBe(`${directory}/places.mmdb`)
  expect(readConfiguration({ config }, { COUNTERSIGN_PLACE_DATABASE: '/srv/a.mmdb' }).placeDatabase).toBe('/srv/a.mmdb')
  const flags = { config, placeDatabase: '/srv/b.mmdb' }
  expect(readConfiguration(flags, { COUNTERSIGN_PLACE_DATABASE: '/srv/a.mmdb' }).placeDatabase).toBe('/srv/b.mmdb')
  expect(readConfiguration({}, { XDG_DATA_HOME: directory }).placeDatabase).toBeUndefined()
})
