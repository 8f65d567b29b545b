import { createHmac } from 'node:crypto'
import type { Notice } from '@countersign/authority'
import { nodeSuite } from '@countersign/node'
import { expect, test } from 'vitest'
import type { NoticeFailure } from '../../src/notices/delivery.ts'
import { openWebhook } from '../../src/notices/webhook.ts'

const URL = 'https://hooks.example/countersign'
const SECRET = Uint8Array.from({ length: 32 }, (_, index) => index)
const notice: Notice = {
  type: 'device.approved',
  subject: 'subject-1',
  name: 'ada',
  clientId: 'countersign-cli',
  clientName: 'Countersign CLI',
  deviceName: 'build-7',
  scope: ['notes:read', 'notes:write'],
  resources: ['https://notes.example/mcp'],
  askedFrom: { address: '203.0.113.7', userAgent: 'countersign/0.1.0', place: { country: 'FR', city: 'Reims' } },
  approvedFrom: { address: '203.0.113.9', userAgent: 'Firefox' },
  approvedAt: 1_800_000_000_000,
  devicesUrl: 'https://auth.example/devices',
}

type Answer = number | Error | Promise<Response>

/** A receiver that answers as told, time that passes by itself, and a webhook between them. */
function scene(...answers: Answer[]) {
  let now = 1_800_000_000_000
  const pauses: number[] = []
  const requests: { url: string; init: RequestInit; headers: Record<string, string>; body: string }[] = []
  const failures: NoticeFailure[] = []
  const wakers: (() => void)[] = []
  const webhook = openWebhook(URL, SECRET, {
    suite: nodeSuite(),
    clock: { now: () => now },
    fetch: async (url, init = {}) => {
      requests.push({ url: String(url), init, headers: init.headers as Record<string, string>, body: init.body as string })
      const answer = answers.shift() ?? 204
      if (answer instanceof Error) throw answer
      return typeof answer === 'number' ? new Response(null, { status: answer }) : answer
    },
    sleep: async (milliseconds, signal) => {
      pauses.push(milliseconds)
      if (answers.length === 0 && signal !== undefined) await new Promise<void>((resolve) => wakers.push(resolve))
      if (signal?.aborted === true) throw signal.reason
      now += milliseconds
    },
    failed: (failure) => void failures.push(failure),
  })
  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  return { webhook, pauses, requests, failures, wakers, settle }
}

function isSigned({ headers, body }: { headers: Record<string, string>; body: string }): boolean {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return headers['webhook-signature'] === `v1,${createHmac('sha256', SECRET).update(signed).digest('base64')}`
}

test('a notice is one signed request, by the names of the wire', async () => {
  const { webhook, requests, failures, settle } = scene(204)
  webhook.notify(notice)
  await settle()
  expect(requests).toHaveLength(1)
  const [request] = requests as [(typeof requests)[0]]
  expect([request.url, request.init.method, request.init.redirect]).toEqual([URL, 'POST', 'manual'])
  expect(request.headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-id': expect.stringMatching(/^msg_[\w-]{22}$/),
    'webhook-timestamp': '1800000000',
  })
  expect(isSigned(request)).toBe(true)
  expect(JSON.parse(request.body)).toEqual({
    type: 'device.approved',
    timestamp: '2027-01-15T08:00:00.000Z',
    sub: 'subject-1',
    name: 'ada',
    client_id: 'countersign-cli',
    client_name: 'Countersign CLI',
    device_name: 'build-7',
    scope: 'notes:read notes:write',
    resources: ['https://notes.example/mcp'],
    asked_from: { address: '203.0.113.7', user_agent: 'countersign/0.1.0', place: { country: 'FR', city: 'Reims' } },
    approved_from: { address: '203.0.113.9', user_agent: 'Firefox' },
    devices_url: 'https://auth.example/devices',
  })
  expect(failures).toEqual([])
})

test('a passkey that was added is told by names of its own', async () => {
  const { webhook, requests, settle } = scene(204)
  webhook.notify({
    type: 'account.passkey_added',
    subject: 'subject-1',
    name: 'ada',
    passkeyName: 'laptop',
    changedFrom: { address: '203.0.113.9', userAgent: 'Firefox', place: { country: 'DE' } },
    changedAt: 1_800_000_000_000,
    passkeysUrl: 'https://auth.example/passkeys',
  })
  await settle()
  expect(requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    {
      type: 'account.passkey_added',
      timestamp: '2027-01-15T08:00:00.000Z',
      sub: 'subject-1',
      name: 'ada',
      passkey_name: 'laptop',
      changed_from: { address: '203.0.113.9', user_agent: 'Firefox', place: { country: 'DE' } },
      passkeys_url: 'https://auth.example/passkeys',
    },
  ])
})

test('what did not arrive is sent again, later each time, under the same id and a new signature', async () => {
  const { webhook, requests, pauses, failures, settle } = scene(500, new TypeError('nobody there'), 429, 302, 204)
  webhook.notify(notice)
  await settle()
  expect(pauses).toEqual([2_000, 15_000, 120_000, 900_000])
  expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(requests.map(({ headers }) => headers['webhook-timestamp'])).toEqual([
    '1800000000',
    '1800000002',
    '1800000017',
    '1800000137',
    '1800001037',
  ])
  expect(requests.every(isSigned)).toBe(true)
  expect(failures).toEqual([])
})

test('a receiver that refuses for good is not asked again, and one that never comes back not for ever', async () => {
  const refusing = scene(410)
  refusing.webhook.notify(notice)
  await refusing.settle()
  expect([refusing.requests.length, refusing.failures]).toEqual([
    1,
    [{ via: 'webhook', attempts: 1, status: 410, lost: 1, cause: undefined }],
  ])
  const away = scene(...Array.from({ length: 7 }, () => 503), 204)
  away.webhook.notify(notice)
  await away.settle()
  expect(away.requests).toHaveLength(7)
  expect(away.failures).toEqual([{ via: 'webhook', attempts: 7, status: 503, lost: 1, cause: undefined }])
})

test('nobody waits for it, and a failure tells neither the secret nor what was answered', async () => {
  const { webhook, failures, settle } = scene(new Promise<Response>(() => {}))
  expect(webhook.notify(notice)).toBeUndefined()
  const refused = scene(Promise.resolve(new Response('a page that repeats whsec_AAECAw', { status: 400 })))
  refused.webhook.notify(notice)
  await Promise.all([settle(), refused.settle()])
  expect(failures).toEqual([])
  expect(JSON.stringify(refused.failures)).toBe('[{"via":"webhook","attempts":1,"status":400,"lost":1}]')
})

test('closing gives up what waits, tells it, and takes no more', async () => {
  const { webhook, requests, failures, wakers, settle } = scene(500)
  webhook.notify(notice)
  await settle()
  const closed = webhook.close()
  for (const wake of wakers) wake()
  await closed
  webhook.notify(notice)
  await settle()
  expect(requests).toHaveLength(1)
  expect(failures).toEqual([
    { via: 'webhook', attempts: 1, status: 500, lost: 1, cause: undefined },
    { via: 'webhook', attempts: 0, status: undefined, lost: 2, cause: undefined },
  ])
})

test('what waits is bounded', async () => {
  const { webhook, failures } = scene(...Array.from({ length: 1001 }, () => new Promise<Response>(() => {})))
  for (let count = 0; count < 1000; count++) webhook.notify(notice)
  expect(failures).toEqual([])
  webhook.notify(notice)
  expect(failures).toEqual([{ via: 'webhook', attempts: 0, status: undefined, lost: 1, cause: undefined }])
})
