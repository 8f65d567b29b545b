import { expect, test } from 'vitest'
import { openTranscript } from '../../src/probe/wire/transcript.ts'
import { consent, isLoopback } from '../../src/probe/wire/consent.ts'
import { openWire } from '../../src/probe/wire/wire.ts'
import { probeReference } from './probe-reference.ts'

const sent = { method: 'POST', url: 'https://auth.example/token?device_code=secret-in-address', headers: {}, body: '' }

test('a transcript shows that two secrets are the same, and neither of them', () => {
  const transcript = openTranscript()
  const form = {
    ...sent,
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Basic aGVsbG8=' },
    body: 'device_code=hush&client_id=a',
  }
  const json = { device_code: 'hush', nested: [{ access_token: 'quiet' }], interval: 5 }
  transcript.record('L01', 0, form, { status: 200, headers: new Map([['set-cookie', ['sid=whisper']]]), body: JSON.stringify(json), json })
  const [step] = transcript.steps
  const text = JSON.stringify(step)
  for (const secret of ['hush', 'quiet', 'whisper', 'aGVsbG8', 'secret-in-address']) expect(text).not.toContain(secret)
  expect(step?.sent).toContain(`device_code=${transcript.hidden('hush')}`)
  expect(step?.answered).toContain(transcript.hidden('hush'))
  expect(openTranscript().hidden('hush')).not.toBe(transcript.hidden('hush'))
})

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['localhost', true],
  ['[::1]', true],
  ['127.0.0.1.example', false],
  ['localhost.example', false],
  ['10.0.0.1', false],
])('%s is this machine: %s', (host, is) => {
  expect(isLoopback(host)).toBe(is)
})

test('nothing leaves for a machine that is nobody’s own, nor beyond the budget, and pace is kept', async () => {
  let now = 0
  const waits: number[] = []
  const sleep = async (milliseconds: number) => {
    waits.push(milliseconds)
    now += milliseconds
  }
  const wire = openWire({
    clock: { now: () => now },
    sleep,
    budget: 2,
    gap: 500,
    consent: consent({ address: 'http://127.0.0.1:1/', isOwn: false, ownHosts: [] }),
  })
  await expect(wire.send({ url: 'https://auth.example/' })).rejects.toThrow('auth.example is not the machine that was named')
  await expect(wire.send({ url: 'file:///etc/passwd' })).rejects.toThrow('only http and https')
  await expect(wire.send({ url: 'http://127.0.0.1:1/' })).rejects.toThrow('ECONNREFUSED')
  await expect(wire.send({ url: 'http://127.0.0.1:1/' })).rejects.toThrow('ECONNREFUSED')
  expect(waits).toEqual([500])
  await expect(wire.send({ url: 'http://127.0.0.1:1/' })).rejects.toThrow('all 2 requests are spent')
  expect(wire.transcript.steps).toHaveLength(2)
})

test.each([
  ['https://auth.example/', false, [], 'auth.example', false],
  ['https://auth.example/', true, [], 'auth.example', true],
  // What a server names is not the word of whoever probes it.
  ['https://auth.example/', true, [], 'accounts.example', false],
  ['https://auth.example/', true, [], 'auth.example.evil.example', false],
  ['https://auth.example/', true, ['accounts.example'], 'accounts.example', true],
  ['https://auth.example/', false, ['accounts.example'], 'auth.example', false],
  ['https://auth.example/', true, [], '127.0.0.1', false],
  ['http://127.0.0.1:1/', false, [], 'localhost', true],
  ['http://127.0.0.1:1/', true, [], 'auth.example', false],
])('probing %s with leave %j and %j reaches %s: %j', (address, isOwn, ownHosts, hostname, may) => {
  const ask = () => consent({ address, isOwn, ownHosts })(hostname)
  if (may) expect(ask).not.toThrow()
  else expect(ask).toThrow(hostname)
})

test('without a flag for races and guesses it stays within 150 requests', async () => {
  const { transcript, weights, grade } = await probeReference({ race: false, guess: false })
  expect(transcript.length).toBeLessThanOrEqual(150)
  expect(weights.ran).toBe(84)
  expect(grade.letter).toBe('A')
})

test('what an audit read and a probe saw has the same rule', async () => {
  const { judged } = await probeReference({ defect: 'any client redeems', only: ['L13'] })
  expect(judged.map(({ check, outcome }) => [check.rule, outcome.mark])).toEqual([['DF-S01', 'FAIL']])
})
