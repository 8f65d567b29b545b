import { readVaultName, vaultName } from '@countersign/client'
import { expect, test } from 'vitest'

const parts = ['https://as.example', 'cli', 'https://mcp.example/mcp', 'default'] as const

test('the same parts give the same name, other parts another one', () => {
  const names = [
    vaultName(...parts),
    vaultName('https://as.example/', 'cli', 'https://mcp.example/mcp', 'default'),
    vaultName('https://as.example', 'cli2', 'https://mcp.example/mcp', 'default'),
    vaultName('https://as.example', 'cli', 'https://mcp.example/', 'default'),
    vaultName('https://as.example', 'cli', undefined, 'default'),
    vaultName('https://as.example', 'cli', 'https://mcp.example/mcp', 'work'),
    vaultName('https://as.example","cli', '', 'https://mcp.example/mcp', 'default'),
  ]
  expect(new Set(names).size).toBe(names.length)
  expect(vaultName(...parts)).toBe(names[0])
})

test('a name tells its parts, and nothing else is a name', () => {
  expect(readVaultName(vaultName(...parts))).toEqual({ issuer: parts[0], clientId: parts[1], resource: parts[2], profile: parts[3] })
  expect(readVaultName(vaultName('i', 'c', undefined, 'p'))).toEqual({ issuer: 'i', clientId: 'c', resource: undefined, profile: 'p' })
  for (const text of ['', 'x', '{}', '[]', '["a","b",null]', '["a","b",7,"d"]', '[1,"b",null,"d"]', '["a","b",null,null]']) {
    expect(readVaultName(text)).toBeUndefined()
  }
})
