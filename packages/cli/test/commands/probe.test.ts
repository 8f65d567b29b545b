import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startReference } from '../../../audit/test/probe/reference/reference-server.ts'
import { ownDirectory } from '../command.ts'
import { countersign } from '../in-process.ts'

test.each([
  [['probe', '--client-id', 'a'], 'exactly one address is probed'],
  [['probe', 'http://127.0.0.1:9', 'http://127.0.0.1:10', '--client-id', 'a'], 'exactly one address is probed'],
  [['probe', '--client'], 'no command to judge'],
  [['probe', 'http://127.0.0.1:9'], 'no client to ask as'],
  [['probe', 'http://127.0.0.1:9', '--client-id', 'a', '--fail-under', 'Z'], '--fail-under: expected A, B, C or D, found "Z"'],
  [['probe', 'http://127.0.0.1:9', '--client-id', 'a', '--max-requests', 'many'], '--max-requests: expected a number, found "many"'],
  [['probe', 'http://127.0.0.1:9', '--client-id', 'a', '--user', 'ada'], 'nobody to ask for the password'],
  [['probe', 'http://127.0.0.1:9', '--setup', '/nowhere/probe.json'], 'the file "/nowhere/probe.json" cannot be read'],
])('%j is called wrongly', async (args, message) => {
  const { code, stdout, stderr } = await countersign(...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(message)
})

test('nothing is sent to another machine before somebody says that it is theirs', async () => {
  const { code, stderr } = await countersign('probe', 'https://auth.example', '--client-id', 'a')
  expect(code).toBe(2)
  expect(stderr).toContain('--i-own-this')
})

test('what a server names is not theirs because the server is', async () => {
  const server = createServer((request, response) => {
    const issuer = `http://${request.headers.host}`
    const metadata = { issuer, token_endpoint: 'https://auth.example/token', device_authorization_endpoint: 'https://codes.example/device' }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const given = ['probe', address, '--client-id', 'a', '--i-own-this']
  const { code, stderr } = await countersign(...given)
  expect([code, stderr]).toEqual([2, expect.stringContaining('--own-host codes.example')])
})

test('a broken setup file is not quoted: secrets are in there', async () => {
  const file = join(ownDirectory(), 'probe.json')
  writeFileSync(file, '{"clients":{"k":{"id":"k","secret":"hush-hush"')
  const { code, stderr } = await countersign('probe', 'http://127.0.0.1:9', '--setup', file)
  expect(code).toBe(2)
  expect(stderr).toContain('is no JSON')
  expect(stderr).not.toContain('hush')
})

test('what ran is told, what did not is told too, and too little for a grade fails where one is demanded', async () => {
  const server = await startReference({ clock: { now: () => Date.now() } })
  onTestFinished(server.close)
  const file = join(ownDirectory(), 'transcript.json')
  const flags = ['--client-id', 'client-a', '--max-requests', '6', '--transcript', file, '--fail-under', 'A']
  const { code, stdout } = await countersign('probe', server.issuer, ...flags, '--json')
  expect(code).toBe(1)
  const told = JSON.parse(stdout) as { grade: { letter: string }; target: string; checks: { id: string; mark: string; because: string }[] }
  expect(told).toMatchObject({ target: server.issuer, grade: { letter: 'ungraded' } })
  expect(told.checks).toHaveLength(25)
  expect(told.checks[0]).toMatchObject({ id: 'L01', mark: 'PASS' })
  expect(told.checks.find(({ id }) => id === 'L13')).toMatchObject({ mark: 'SKIP', because: 'needs a second client with the device grant' })
  expect(told.checks.find(({ id }) => id === 'L11')).toMatchObject({ mark: 'ERROR', because: 'all 6 requests are spent' })
  const transcript = readFileSync(file, 'utf8')
  expect(existsSync(file) && (JSON.parse(transcript) as unknown[]).length).toBe(6)
  // A code as the reference server draws it.
  expect(transcript).not.toMatch(/"[A-Za-z0-9_-]{43}"|[BCDFGHJKMNPQRSTVWXZY]{4}-[BCDFGHJKMNPQRSTVWXZY]{4}/)
})

test('a client that cannot be started breaks no rule and keeps none', async () => {
  const { code, stdout } = await countersign('probe', '--client', '--json', '--', '/nowhere/client', 'login', '{issuer}')
  expect(code).toBe(0)
  const { findings, notes } = JSON.parse(stdout) as { findings: { rule: string; verdict: string }[]; notes: string[] }
  expect(findings.map(({ verdict }) => verdict)).toEqual(Array(11).fill('unknown'))
  expect(notes[0]).toContain('the command did not start')
})
