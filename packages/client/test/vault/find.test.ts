import { findEntries, memoryVault, vaultName } from '@countersign/client'
import { expect, test } from 'vitest'
import { credential } from '../support/credential.ts'

async function vaultOf(...names: readonly string[]) {
  const vault = memoryVault()
  for (const name of names) await vault.write(name, await credential())
  return async (url: string, profile = 'default') => (await findEntries(vault, url, profile)).map(({ name }) => name)
}

const AS = 'https://as.example'
const root = vaultName(AS, 'cli', 'https://mcp.example', 'default')
const mcp = vaultName(AS, 'cli', 'https://mcp.example/mcp', 'default')
const work = vaultName(AS, 'cli', 'https://mcp.example/mcp', 'work')
const issuer = vaultName(AS, 'cli', undefined, 'default')

test('the resource itself wins over one above it, and one above it is better than nothing', async () => {
  const find = await vaultOf(root, mcp, work, issuer, 'not a name')
  expect(await find('https://mcp.example/mcp')).toEqual([mcp])
  expect(await find('https://mcp.example/mcp/tools')).toEqual([mcp])
  expect(await find('https://mcp.example/mcpx')).toEqual([root])
  expect(await find('https://mcp.example/')).toEqual([root])
  expect(await find('https://MCP.example/mcp')).toEqual([mcp])
  expect(await find('https://mcp.example/mcp', 'work')).toEqual([work])
})

test('an issuer is found by its own address, and strangers find nothing', async () => {
  const find = await vaultOf(root, mcp, issuer)
  expect(await find(AS)).toEqual([issuer])
  expect(await find('https://as.example/tenant')).toEqual([])
  for (const url of ['https://evil.example/mcp', 'https://mcp.example.evil.example/mcp', 'https://mcp.example:444/mcp', 'nonsense']) {
    expect(await find(url)).toEqual([])
  }
})

test('two issuers for one resource are both told', async () => {
  const other = vaultName('https://other.example', 'cli', 'https://mcp.example/mcp', 'default')
  const find = await vaultOf(mcp, other)
  expect(await find('https://mcp.example/mcp')).toEqual([mcp, other])
})
