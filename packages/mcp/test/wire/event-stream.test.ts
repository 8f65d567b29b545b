import { expect, test } from 'vitest'
import { eventReader, readEvents, type StreamEvent } from '../../src/wire/event-stream.ts'

const TEXT = [
  ': a comment',
  'event: message',
  'id: 7',
  'data: {"a":1,',
  'data: "b":"é😀"}',
  '',
  'retry: 250',
  'data:no blank',
  '',
  'event: ping',
  'data',
  '',
  'id: 8',
  '',
  'data: never finished',
].join('\n')

const EVENTS: readonly StreamEvent[] = [
  { type: 'message', text: '{"a":1,\n"b":"é😀"}', lastEventId: '7' },
  { type: 'message', text: 'no blank', lastEventId: '7' },
  { type: 'ping', text: '', lastEventId: '7' },
]

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function eventsOf(text: string, size: number) {
  const told: (string | number)[] = []
  const events: StreamEvent[] = []
  const noted = { onId: (id: string) => void told.push(id), onRetry: (delay: number) => void told.push(delay) }
  for await (const event of readEvents(inPieces(new TextEncoder().encode(text), size), noted)) events.push(event)
  return { told, events }
}

test.each([1, 2, 3, 5, 1000])('pieces of %i bytes, also in the middle of a character, are the same events', async (size) => {
  expect(await eventsOf(TEXT, size)).toEqual({ told: ['7', 250, '8'], events: EVENTS })
})

test.each([1, 2, 1000])('CR LF, CR and LF end a line, in pieces of %i bytes', async (size) => {
  for (const end of ['\r\n', '\r', '\n']) {
    const { events } = await eventsOf(`data: one${end}${end}data: two${end}data: three${end}${end}`, size)
    expect(events.map(({ text }) => text)).toEqual(['one', 'two\nthree'])
  }
})

test('what a field may not hold is passed over: an id with a null, a retry that is no number', async () => {
  expect(await eventsOf('id: a\0b\nretry: soon\nretry: -1\nid: good\ndata: x\n\n', 1000)).toEqual({
    told: ['good'],
    events: [{ type: 'message', text: 'x', lastEventId: 'good' }],
  })
})

test('a line of many pieces is one event, and nothing is told of it before its end', () => {
  const read = eventReader()
  const piece = 'x'.repeat(65_536)
  expect(read('data: ')).toEqual([])
  for (let at = 0; at < 64; at++) expect(read(piece)).toEqual([])
  expect(read('\n')).toEqual([])
  expect(read('\n')).toEqual([{ type: 'message', text: piece.repeat(64), lastEventId: '' }])
})
