import { configure, greeting, type RunningServer } from '@countersign/server'
import { expect, test } from 'vitest'
import { NOTES } from './running.ts'

const DIRECTORY = '/srv/auth server'
const server: RunningServer = {
  url: 'http://127.0.0.1:8628',
  issuer: 'http://127.0.0.1:8628',
  metadataUrl: 'http://127.0.0.1:8628/.well-known/oauth-authorization-server',
  isFirstStart: false,
  masterKeyFile: `${DIRECTORY}/master.key`,
  masterKeyShown: `in "${DIRECTORY}/master.key"`,
  masterKeyMade: false,
  exposed: false,
  accounts: 2,
  metricsUrl: undefined,
  reload: async () => undefined,
  drain: async () => undefined,
  close: async () => undefined,
}
const configuration = configure({ dataDirectory: DIRECTORY, resources: [NOTES] })

test('the first start tells where everything is, that the key wants a backup, and what to do next', () => {
  const first = { ...server, isFirstStart: true, masterKeyMade: true, accounts: 0 }
  const lines = greeting({ ...configuration, resources: [] }, first)
  const text = lines.join('\n')
  expect(text).toContain('issuer      http://127.0.0.1:8628\n')
  expect(text).toContain('metadata    http://127.0.0.1:8628/.well-known/oauth-authorization-server\n')
  expect(text).toContain(`kept in     ${DIRECTORY}\n`)
  expect(text).toContain(`master key  ${DIRECTORY}/master.key\n`)
  expect(text).toContain('the master key was made just now: back it up, elsewhere than the rest of the directory')
  expect(text).toContain(`countersign admin user add NAME --data '${DIRECTORY}'`)
  expect(text).toContain(`describe it in ${DIRECTORY}/countersign.json`)
})

test('the resource that is shown as an example can be configured as it stands', async () => {
  const { resources } = await import('../src/configuration/resources.ts')
  const example = greeting({ ...configuration, resources: [] }, server).find((line) => line.trim().startsWith('{'))
  const written = JSON.parse(example ?? '') as { resources: unknown }
  expect(resources(written.resources, 'resources')).toHaveLength(1)
})

test('a later start with accounts and resources is one line', () => {
  expect(greeting(configuration, server)).toEqual([`issuer http://127.0.0.1:8628, kept in ${DIRECTORY}: 2 accounts, 1 resource`])
})

test('what is open to others or seen through one address is warned of', () => {
  const issuer = 'https://auth.example'
  const warned = greeting(configuration, { ...server, issuer, exposed: true })
  expect(warned[1]).toBe(`warning: others on this machine can look into ${DIRECTORY}: chmod 700 '${DIRECTORY}'`)
  expect(warned[2]).toContain('warning: no trusted proxy is named')
  expect(greeting({ ...configuration, trustProxy: ['loopback'] }, { ...server, issuer })).toHaveLength(1)
})
