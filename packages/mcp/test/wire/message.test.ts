import { expect, test } from 'vitest'
import { errorText, notificationText, outcomeText, readMessages, requestText, resultText } from '../../src/wire/message.ts'

test.each([
  ['{"jsonrpc":"2.0","id":1,"method":"a","params":{"x":1}}', { kind: 'request', id: 1, method: 'a', params: { x: 1 } }],
  ['{"jsonrpc":"2.0","id":"1","method":"a"}', { kind: 'request', id: '1', method: 'a', params: {} }],
  ['{"jsonrpc":"2.0","method":"a","params":[1]}', { kind: 'notification', method: 'a', params: {} }],
  ['{"jsonrpc":"2.0","id":0,"result":{}}', { kind: 'response', id: 0, outcome: { result: {} } }],
  [
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}',
    { kind: 'response', id: undefined, outcome: { error: { code: -32700, message: 'm' } } },
  ],
  [
    '{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"m","data":null,"more":1}}',
    { kind: 'response', id: 2, outcome: { error: { code: 1, message: 'm', data: null } } },
  ],
])('%s', (text, message) => {
  expect(readMessages(text)).toEqual([message])
})

test.each([
  ['not JSON', '{'],
  ['nothing', ''],
  ['an empty batch', '[]'],
  ['null', 'null'],
  ['a text', '"jsonrpc"'],
  ['another version', '{"jsonrpc":"1.0","id":1,"method":"a"}'],
  ['no version', '{"id":1,"method":"a"}'],
  ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"a"}'],
  ['an id of null on a request', '{"jsonrpc":"2.0","id":null,"method":"a"}'],
  ['a result that is no object', '{"jsonrpc":"2.0","id":1,"result":1}'],
  ['a result without an id', '{"jsonrpc":"2.0","result":{}}'],
  ['an error without a code', '{"jsonrpc":"2.0","id":1,"error":{"message":"m"}}'],
  ['a batch with one that is none', '[{"jsonrpc":"2.0","method":"a"},1]'],
])('%s is no message', (_what, text) => {
  expect(readMessages(text)).toBeUndefined()
})

test('a batch is its messages in order', () => {
  const text = '[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","id":1,"method":"b"}]'
  expect(readMessages(text)?.map(({ kind }) => kind)).toEqual(['notification', 'request'])
})

test('members that JSON allows and code stumbles over stay data', () => {
  const [message] = readMessages('{"jsonrpc":"2.0","id":1,"method":"a","params":{"__proto__":{"polluted":true},"constructor":1}}') ?? []
  expect(message).toMatchObject({ kind: 'request', method: 'a' })
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('what is written is read as what it was', () => {
  const error = { code: -32603, message: 'm', data: { why: 'é' } }
  const texts = [
    requestText('r', 'a', { x: 1 }),
    notificationText('n'),
    notificationText('n', { y: 2 }),
    resultText(1, { z: 3 }),
    errorText(2, error),
    outcomeText(3, { error }),
    outcomeText(4, { result: {} }),
  ]
  expect(texts.map((text) => readMessages(text)?.[0])).toEqual([
    { kind: 'request', id: 'r', method: 'a', params: { x: 1 } },
    { kind: 'notification', method: 'n', params: {} },
    { kind: 'notification', method: 'n', params: { y: 2 } },
    { kind: 'response', id: 1, outcome: { result: { z: 3 } } },
    { kind: 'response', id: 2, outcome: { error } },
    { kind: 'response', id: 3, outcome: { error } },
    { kind: 'response', id: 4, outcome: { result: {} } },
  ])
  expect(errorText(undefined, error)).not.toContain('"id"')
})
