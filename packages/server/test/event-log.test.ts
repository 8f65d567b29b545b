import { expect, test } from 'vitest'
import { logEvents, type ServerEvent } from '../src/event-log.ts'

const clock = { now: () => Date.UTC(2026, 10, 21, 12) }

function linesOf(format: 'text' | 'json' | 'off', event: ServerEvent): string[] {
  const lines: string[] = []
  logEvents(format, clock, (line) => void lines.push(line))(event)
  return lines
}

test('an event is one line of text: when, what, and what about', () => {
  const event = { type: 'device.opened', keyBound: true, clientId: 'countersign-cli', address: '2001:db8::1' } as const
  expect(linesOf('text', event)).toEqual([
    '2026-11-21T12:00:00.000Z device.opened keyBound=true clientId=countersign-cli address=2001:db8::1',
  ])
})

test('an event is one JSON object on one line', () => {
  const event = { type: 'family.rotated', generation: 3, grant: 'g' } as const
  expect(linesOf('json', event)).toEqual(['{"time":"2026-11-21T12:00:00.000Z","type":"family.rotated","generation":3,"grant":"g"}'])
})

test('nothing is written when the log is off', () => {
  expect(linesOf('off', { type: 'device.denied' })).toEqual([])
})

test('a cause is told in one harmless line, without the stack', () => {
  const cause = new Error('disk\u001b[31m full\nfake.event clientId=x')
  for (const format of ['text', 'json'] as const) {
    const [line = '', ...more] = linesOf(format, { type: 'store.sweep_failed', cause })
    expect(more).toEqual([])
    expect(line).toContain('Error: disk full fake.event clientId=x')
    expect(line).not.toMatch(/[\u0000-\u001f]|event-log\.test/)
  }
  expect(linesOf('text', { type: 'store.sweep_failed', cause })[0]).toContain('cause="Error: disk full fake.event clientId=x"')
})

test('a name with spaces cannot pass for another detail', () => {
  const [line] = linesOf('text', { type: 'device.denied', clientId: 'a subject=eve' })
  expect(line).toContain('clientId="a subject=eve"')
})

test('what is not known is left out', () => {
  expect(linesOf('json', { type: 'device.denied', subject: undefined } as unknown as ServerEvent)[0]).not.toContain('subject')
})
