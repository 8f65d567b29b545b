import { OAuthError, parseResource } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const good = [
  'https://mcp.example',
  'https://mcp.example/',
  'https://mcp.example:8443/a/mcp?tenant=1',
  'https://MCP.example/A%2fB',
  'http://localhost:3000/mcp',
  'https://[::1]/mcp',
  'urn:example:resource',
  'api://5f1c2a/read',
]
const bad = [
  '',
  'mcp.example/mcp',
  '/mcp',
  '//mcp.example/mcp',
  '?a',
  'https://',
  'https://mcp.example/#',
  'https://mcp.example/mcp#part',
  ' https://mcp.example/',
  'https://mcp.example/ ',
  'https://mcp.example/a b',
  'https://mcp.exam\tple/',
  'https://mcp.example/\n',
  'https:\\\\mcp.example\\mcp',
  'https://mcp.example/ü',
  'https://mcp.example/<x>',
  'https://mcp.example/"x"',
  '1https://mcp.example',
  `https://mcp.example/${'x'.repeat(2048)}`,
]

test('anything but an absolute URI without a fragment is invalid_target', () => {
  for (const text of good) expect(parseResource(text)).toBe(text)
  for (const text of bad) {
    const refused = () => parseResource(text)
    expect(refused, text).toThrow(OAuthError)
    expect(refused, text).toThrow(expect.objectContaining({ code: 'invalid_target', status: 400 }))
  }
})

test('what is accepted comes back as it was sent, and is a URL of visible ASCII', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl({ withQueryParameters: true }),
        fc.string(),
        fc.string().map((rest) => `https://h/${rest}`),
      ),
      (text) => {
        try {
          expect(parseResource(text)).toBe(text)
          expect(text).toMatch(/^[\x21-\x7e]+$/)
          expect(new URL(text).hash).toBe('')
        } catch (error) {
          if (!(error instanceof OAuthError)) throw error
        }
      },
    ),
    { seed: 8707, numRuns: 1000 },
  )
})
