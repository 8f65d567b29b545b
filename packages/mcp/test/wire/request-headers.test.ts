import { expect, test } from 'vitest'
import { parameterHeaders, requestHeaders } from '../../src/wire/request-headers.ts'

const VERSION = '2026-07-28'

test.each([
  ['tools/call', { name: 'add' }, 'add'],
  ['prompts/get', { name: 'p' }, 'p'],
  ['resources/read', { uri: 'file:///a b', name: 'not this' }, 'file:///a b'],
  ['tools/list', { name: 'nothing' }, undefined],
  ['tools/call', { name: 7 }, undefined],
])('%s %j is named %s', (method, params, named) => {
  const { 'mcp-name': name, ...rest } = requestHeaders(VERSION, method, params)
  expect([name, rest]).toEqual([named, { 'mcp-protocol-version': VERSION, 'mcp-method': method }])
})

test.each([
  ['plain', 'plain'],
  ['a b\tc', 'a b\tc'],
  [' blank first', `=?base64?${btoa(' blank first')}?=`],
  ['line\r\nbreak: in', `=?base64?${btoa('line\r\nbreak: in')}?=`],
  ['', '=?base64??='],
  ['=?base64?eA==?=', `=?base64?${btoa('=?base64?eA==?=')}?=`],
])('%j goes as %j, so that no value ends a header or is taken for an encoded one', (value, sent) => {
  expect(requestHeaders(VERSION, 'tools/call', { name: value })['mcp-name']).toBe(sent)
})

test('an annotated argument goes into its header, wherever it lies, and only when it is there', () => {
  const tool = {
    name: 'q',
    inputSchema: {
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        deep: { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } },
        dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
      },
    },
  }
  const parameters = parameterHeaders(tool)
  if (typeof parameters === 'string') throw new Error(parameters)
  const sent = (given: unknown) =>
    Object.entries(requestHeaders(VERSION, 'tools/call', { name: 'q', arguments: given }, parameters)).filter(([name]) =>
      name.startsWith('mcp-param-'),
    )
  expect(sent({ region: 'eu', deep: { count: 2 }, dry: false })).toEqual([
    ['mcp-param-region', 'eu'],
    ['mcp-param-count', '2'],
    ['mcp-param-dry', 'false'],
  ])
  expect(sent({ deep: { count: 1.5 }, region: null })).toEqual([])
  expect(sent('no object')).toEqual([])
  // What every object inherits is no argument.
  expect(sent(Object.create({ region: 'eu' }))).toEqual([])
})

test.each([
  ['two in one header', { a: { type: 'string', 'x-mcp-header': 'X' }, b: { type: 'string', 'x-mcp-header': 'x' } }, 'header x'],
  ['a name that ends a header', { a: { type: 'string', 'x-mcp-header': 'X\r\nHost' } }, 'no header name'],
  ['no name', { a: { type: 'string', 'x-mcp-header': '' } }, 'no header name'],
  ['an object', { a: { type: 'object', 'x-mcp-header': 'X' } }, 'no header can carry'],
  ['inside a list', { a: { type: 'array', items: { type: 'string', 'x-mcp-header': 'X' } } }, 'plain property'],
  ['inside a choice', { a: { anyOf: [{ type: 'string', 'x-mcp-header': 'X' }] } }, 'plain property'],
])('a tool with %s may not be used', (_what, properties, why) => {
  expect(parameterHeaders({ inputSchema: { properties } })).toContain(why)
})

test('what looks like an annotation in an example is none', () => {
  expect(parameterHeaders({ inputSchema: { properties: { a: { type: 'object', default: { 'x-mcp-header': 1 } } } } })).toEqual([])
})
