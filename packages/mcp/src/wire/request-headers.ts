/**
 * What a modern request repeats in HTTP headers (MCP 2026-07-28, Streamable HTTP, "Request Metadata").
 * A value that a header cannot carry as it is goes as Base64 between `=?base64?` and `?=`.
 */
import { Buffer } from 'node:buffer'
import { isObject, type JsonObject, objectAt } from './message.ts'

/** Which parameter of a tool goes into which header: the path to it, and the name after `Mcp-Param-`. */
export interface ParameterHeader {
  readonly path: readonly string[]
  readonly name: string
}

/** The headers of one message. */
export function requestHeaders(
  version: string,
  method: string,
  params: JsonObject,
  parameters: readonly ParameterHeader[] = [],
): Readonly<Record<string, string>> {
  const { name, uri } = params
  const named = method === 'tools/call' || method === 'prompts/get' ? name : method === 'resources/read' ? uri : undefined
  const headers: Record<string, string> = { 'mcp-protocol-version': version, 'mcp-method': headerValue(method) }
  if (typeof named === 'string') headers['mcp-name'] = headerValue(named)
  for (const parameter of parameters) {
    const value = valueAt(objectAt(params, 'arguments'), parameter.path)
    if (value !== undefined) headers[`mcp-param-${parameter.name}`] = headerValue(value)
  }
  return headers
}

/** Visible ASCII with blanks inside goes as it is, and so that nothing is taken for an encoded value, only when it does not look like one. */
function headerValue(text: string): string {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text)
  return plain ? text : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`
}

function valueAt(parent: JsonObject, path: readonly string[]): string | undefined {
  let value: unknown = parent
  for (const member of path) value = isObject(value) && Object.hasOwn(value, member) ? value[member] : undefined
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value))) return String(value)
  return undefined
}

/** The annotated parameters of a tool, or why its definition may not be used (ibid., "Schema Extension"). */
export function parameterHeaders(tool: JsonObject): readonly ParameterHeader[] | string {
  const found: ParameterHeader[] = []
  const fault = collect(tool['inputSchema'], [], true, found)
  if (fault !== undefined) return fault
  const names = found.map(({ name }) => name.toLowerCase())
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? found : `two parameters go into the header ${twice}`
}

const tokenSyntax = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// Deep enough for every schema that people write; a deeper one only costs time.
const DEEPEST = 64

/** Walks the whole schema: an annotation where it may not be makes the tool invalid. */
function collect(schema: unknown, path: readonly string[], reachable: boolean, found: ParameterHeader[]): string | undefined {
  if (Array.isArray(schema)) {
    for (const each of schema) {
      const fault = collect(each, path, false, found)
      if (fault !== undefined) return fault
    }
    return undefined
  }
  if (!isObject(schema) || path.length > DEEPEST) return undefined
  if (Object.hasOwn(schema, 'x-mcp-header')) {
    const name = schema['x-mcp-header']
    const where = path.join('.')
    if (!reachable || path.length === 0) return `x-mcp-header is not on a plain property (${where})`
    if (typeof name !== 'string' || !tokenSyntax.test(name)) return `x-mcp-header of ${where} is no header name`
    if (!['string', 'integer', 'boolean'].includes(String(schema['type']))) return `${where} has a type that no header can carry`
    found.push({ path, name: name.toLowerCase() })
  }
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'x-mcp-header') continue
    if (keyword === 'properties' && isObject(value)) {
      for (const [member, inner] of Object.entries(value)) {
        const fault = collect(inner, [...path, member], reachable, found)
        if (fault !== undefined) return fault
      }
    } else if (schemaKeywords.has(keyword)) {
      const inner = isObject(value) && mapKeywords.has(keyword) ? Object.values(value) : value
      const fault = collect(inner, [...path, keyword], false, found)
      if (fault !== undefined) return fault
    }
  }
  return undefined
}

/** Keywords of JSON Schema whose values are schemas; examples and defaults may hold anything. */
const schemaKeywords: ReadonlySet<string> = new Set(
  [
    ['items', 'prefixItems', 'contains', 'additionalProperties', 'unevaluatedItems', 'unevaluatedProperties', 'propertyNames'],
    ['oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'],
  ].flat(),
)
const mapKeywords: ReadonlySet<string> = new Set(['patternProperties', 'dependentSchemas', '$defs', 'definitions'])
