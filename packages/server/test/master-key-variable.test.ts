import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { greeting, readConfiguration, startServer } from '@countersign/server'
import { expect, test } from 'vitest'
import { ownDirectory } from './directory.ts'
import { configurationOf } from './running.ts'

const HEX = Array.from({ length: 32 }, (_, index) => (index * 7 + 1).toString(16).padStart(2, '0')).join('')
const VARIABLE = { masterKeyVariable: 'COUNTERSIGN_MASTER_KEY' }

async function start(directory: string, text: string | undefined) {
  const log: string[] = []
  const environment = { COUNTERSIGN_MASTER_KEY: text }
  const configuration = configurationOf(directory, VARIABLE)
  const server = await startServer(configuration, { environment, log: (line) => void log.push(line) })
  return { server, configuration, log }
}

test('the key in a variable opens the store, no file is made for it, and nothing repeats it', async () => {
  const directory = ownDirectory()
  const { server, configuration, log } = await start(directory, HEX)
  const said = greeting(configuration, server).join('\n')
  await server.close()
  expect(server).toMatchObject({ isFirstStart: true, masterKeyMade: false, masterKeyFile: undefined })
  expect(said).toContain('master key  from the environment variable "COUNTERSIGN_MASTER_KEY"')
  expect(existsSync(join(directory, 'master.key'))).toBe(false)
  expect(said + log.join('\n') + JSON.stringify(configuration)).not.toContain(HEX)
  await expect(start(directory, HEX.split('').reverse().join(''))).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: 'the master key from the environment variable "COUNTERSIGN_MASTER_KEY" is not the one that this store was made with',
  })
  await (await start(directory, Buffer.from(HEX, 'hex').toString('base64'))).server.close()
})

test.each([
  [undefined, 'is not set'],
  ['', 'is not set'],
  ['correct horse battery staple', 'holds no key'],
  [HEX.slice(0, 40), 'holds no key'],
])('a variable with %j keeps the server from starting, and is not repeated', async (text, fault) => {
  const message = `the environment variable "COUNTERSIGN_MASTER_KEY", for the master key, ${fault}`
  await expect(start(ownDirectory(), text)).rejects.toMatchObject({ code: 'configuration_invalid', message })
})

test('the variable counts as soon as it is set; another place for the key beside it is refused', () => {
  const environment = { XDG_DATA_HOME: ownDirectory(), COUNTERSIGN_MASTER_KEY: HEX }
  const configuration = readConfiguration({}, environment)
  expect(configuration).toMatchObject(VARIABLE)
  expect(JSON.stringify(configuration)).not.toContain(HEX)
  expect(readConfiguration({}, { ...environment, COUNTERSIGN_MASTER_KEY: '' }).masterKeyVariable).toBeUndefined()
  expect(() => readConfiguration({ masterKeyFile: '/k' }, environment)).toThrow(
    'masterKeyVariable: expected nothing, because masterKeyFile says already where the master key is, found "COUNTERSIGN_MASTER_KEY"',
  )
})
