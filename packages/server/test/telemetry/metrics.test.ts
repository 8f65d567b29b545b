import { DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { openMetrics } from '../../src/telemetry/metrics.ts'
import { ownDirectory } from '../directory.ts'
import { NOTES, post, start } from '../running.ts'

const METRICS = { host: '127.0.0.1', port: 0 }
const CLIENT = { client_id: 'countersign-cli', resource: NOTES.resource }

verifies(
  'seed-002-telemetry',
  'codes, polls, refusals and sign-ins are counted by client and outcome, and every answer is timed',
  async () => {
    const server = await start(ownDirectory(), { metrics: METRICS })
    const { json: device } = await post(`${server.url}/device_authorization`, CLIENT)
    const poll = { ...CLIENT, grant_type: DEVICE_CODE, device_code: String(device['device_code']) }
    for (let time = 0; time < 3; time++) await post(`${server.url}/token`, poll)
    await post(`${server.url}/token`, { ...poll, client_id: 'stranger' })
    await fetch(`${server.url}/somebody/chose/this`)
    const answer = await fetch(server.metricsUrl ?? '')
    expect(answer.headers.get('content-type')).toContain('text/plain')
    const page = await answer.text()
    expect(page).toContain('countersign_events_total{type="device.opened",client="countersign-cli",outcome=""} 1')
    expect(page).toContain('countersign_events_total{type="device.polled",client="countersign-cli",outcome="authorization_pending"} 1')
    expect(page).toContain('countersign_events_total{type="device.slowed_down",client="countersign-cli",outcome=""} 2')
    expect(page).toContain('countersign_request_duration_seconds_count{endpoint="/token",status="400"} 3')
    expect(page).toContain('countersign_request_duration_seconds_count{endpoint="/token",status="401"} 1')
    expect(page).toContain('process_resident_memory_bytes')
    // No secret, no address, and nothing a stranger made up.
    for (const secret of [device['device_code'], device['user_code'], '127.0.0.1', 'chose', 'stranger']) expect(page).not.toContain(secret)
    // Polls are for counting: no line each in the log.
    expect(server.log.filter((line) => line.includes('device.polled'))).toEqual([])
  },
)

test('the metrics are at an address of their own, and nothing else is there', async () => {
  const server = await start(ownDirectory(), { metrics: METRICS })
  const elsewhere = new URL(server.metricsUrl ?? '')
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
  expect((await fetch(new URL('/token', elsewhere))).status).toBe(404)
  expect((await fetch(elsewhere, { method: 'POST' })).status).toBe(404)
  await server.close()
  await expect(fetch(elsewhere)).rejects.toThrow()
})

test('strangers cannot fill the memory with labels: clients and paths beyond the first hundred share one', async () => {
  const metrics = openMetrics()
  for (let n = 0; n < 5000; n++) metrics.count({ type: 'device.opened', clientId: `https://client-${n}.example/id.json`, keyBound: false })
  const handle = metrics.timed(async () => ({ status: 200, headers: {}, body: '' }))
  const exchange = { method: 'GET', query: '', headers: {}, body: '', remoteAddress: '' }
  for (let n = 0; n < 5000; n++) await handle({ ...exchange, path: `/${n}` })
  const { body } = await metrics.page()
  expect(body).toContain('client="other",outcome=""} 4900')
  expect(body).toContain('endpoint="other",status="200"} 4900')
  expect(body.split('\n').length).toBeLessThan(2000)
})

test('an anomaly is a line of the log and a number', async () => {
  const server = await start(ownDirectory(), { metrics: METRICS, alerts: { excessive_polling: 0 } })
  const { json: device } = await post(`${server.url}/device_authorization`, CLIENT)
  const poll = { ...CLIENT, grant_type: DEVICE_CODE, device_code: String(device['device_code']) }
  for (let time = 0; time < 2; time++) await post(`${server.url}/token`, poll)
  const page = await (await fetch(server.metricsUrl ?? '')).text()
  const seen = server.log.some((line) => line.includes('anomaly.noticed anomaly=excessive_polling count=1 window=60'))
  expect([seen, page.includes('type="anomaly.noticed",client="",outcome="excessive_polling"} 1')]).toEqual([true, true])
})
