/** Our own house first: `countersign serve`, as people start it, under the judge that shares no code with it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ProbeResult, probe } from '@countersign/audit'
import { NAME, openPlace, PASSWORD, type Place } from './support/place.ts'

/** How many times faster time passes for the server and for the probe: a code lives five minutes, and a busy machine must not be slower than a lock-out. */
const HURRY = 12

let place: Place
let result: ProbeResult

async function client(...flags: readonly string[]): Promise<{ client_id: string; client_secret?: string }> {
  const { code, stdout, stderr } = await place.run('admin', 'client', 'add', '--json', ...flags)
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as { client_id: string; client_secret?: string }
}

beforeAll(async () => {
  place = await openPlace({ hurry: HURRY, withoutNotes: true, settings: { pace: { interval: 5 } } })
  const scopes = ['--scope', 'notes:read notes:write']
  const k = await client('--id', 'probe-k', '--name', 'Probe K', '--confidential', ...scopes)
  await client('--id', 'probe-a', '--name', 'Probe A', ...scopes)
  await client('--id', 'probe-b', '--name', 'Probe B', ...scopes)
  await client('--id', 'probe-n', '--name', 'Probe N', '--grant-type', 'authorization_code', '--redirect-uri', 'http://127.0.0.1/callback')
  const began = Date.now()
  const scope = 'notes:read notes:write'
  result = await probe({
    address: place.issuer,
    clients: {
      a: { id: 'probe-a', name: 'Probe A', scope },
      b: { id: 'probe-b', scope },
      n: { id: 'probe-n' },
      k: { id: 'probe-k', secret: k.client_secret ?? '', scope },
    },
    approver: { credentials: { name: NAME, password: PASSWORD } },
    race: true,
    guess: true,
    bcp247: true,
    clock: { now: () => began + (Date.now() - began) * HURRY },
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / HURRY)),
  })
}, 240_000)

afterAll(() => place.close())

test('grade A, with everything but TLS looked at', () => {
  const lost = result.judged.filter(({ outcome }) => outcome.mark !== 'PASS')
  expect(lost.map(({ check, outcome }) => `${check.id} ${outcome.mark}: ${outcome.because}`)).toEqual([
    'L02 SKIP: a server on loopback without TLS: nothing leaves this machine',
  ])
  expect(result.grade).toMatchObject({ letter: 'A', score: 100 })
})

test('each of the seventeen mitigations of RFC 10027 is looked for, and what docs/threat-model.md says is there is seen', () => {
  const of = (standing: string) => result.mitigations.filter((each) => each.standing === standing).map(({ section }) => section)
  expect(result.mitigations).toHaveLength(17)
  // 7 is the policy "enrolled", which is not the default.
  expect(of('absent')).toEqual(['6.1.7'])
  // What does not show from one network, and what we do not do.
  expect(of('not applicable')).toEqual(['6.1.8', '6.1.17'])
  expect(result.mitigations.find(({ section }) => section === '6.1.16')?.observed).toContain('number')
})
