/**
 * Clients of other people, unmodified, against the hostile server, and our own. What each is known for has to be found; ours keeps every rule. Clock and
 * timers of the clients run faster (client-probe/hurried.mjs), and the server measures by the same clock. They mostly wait, so they do it side by side.
 */
import { fileURLToPath } from 'node:url'
import { type ClientRule, probeClient } from '@countersign/audit'
import { expect, test } from 'vitest'
import { COUNTERSIGN } from '../flows/support/programs.ts'

const SPEED = 3
const PATIENCE_MS = 180_000

const driver = (name: string) => fileURLToPath(new URL(`client-probe/${name}.mjs`, import.meta.url))
const MCP_REMOTE = fileURLToPath(new URL('../../node_modules/mcp-remote/dist/proxy.js', import.meta.url))

async function judged(...command: readonly string[]): Promise<Partial<Record<ClientRule, string>>> {
  const environment = {
    PATH: process.env['PATH'],
    NODE_OPTIONS: `--import=${new URL('client-probe/hurried.mjs', import.meta.url).href}`,
    COUNTERSIGN_TEST_SPEED: String(SPEED),
  }
  const result = await probeClient({ command: [process.execPath, ...command], environment, speed: SPEED, together: 4 })
  return Object.fromEntries(result.judged.map(({ rule, verdict, because }) => [rule, `${verdict}: ${because}`]))
}

const kept = expect.stringMatching(/^satisfies: /)
const broken = (because: string) => expect.stringMatching(new RegExp(`^violates: .*${because}`))

test.concurrent(
  'openid-client 6.8: one dropped connection ends it, links are handed on as they come, and with a signal of one’s own no code ever ends',
  async () => {
    expect(await judged(driver('openid-client'), '{issuer}', '{client_id}')).toMatchObject({
      C01: kept,
      C02: kept,
      C04: kept,
      C05: kept,
      C11: kept,
      C25: kept,
      C03: broken('still polled'),
      C10: broken('a script'),
      C21: broken('ended the login'),
    })
  },
  PATIENCE_MS,
)

test.concurrent(
  '@octokit/auth-oauth-device 8: polls at once, forgets slow_down, knows no end, and spins where no interval is named',
  async () => {
    expect(await judged(driver('octokit'), '{issuer}', '{client_id}')).toMatchObject({
      C01: expect.stringMatching(/^satisfies: .*the first poll came after/),
      C02: broken('slow_down'),
      C03: broken('still polled'),
      C04: broken('tight loop'),
      C05: kept,
      C10: broken('a script'),
      C18: kept,
      C21: broken('ended the login'),
      C25: broken('carried the device code to another server'),
    })
  },
  PATIENCE_MS,
)

test.concurrent(
  '@azure/msal-node 7: polls at once, slow_down and dropped connections end it, it spins where no interval is named, and shows links as they come',
  async () => {
    expect(await judged(driver('msal-node'), '{issuer}', '{client_id}')).toMatchObject({
      C01: expect.stringMatching(/^satisfies: .*the first poll came after/),
      C02: broken('slow_down ended the login'),
      C03: kept,
      C04: broken('tight loop'),
      C05: kept,
      C10: broken('a script.*control characters'),
      C11: kept,
      C18: kept,
      C21: broken('ended the login'),
      C25: broken('carried the device code to another server'),
    })
  },
  PATIENCE_MS,
)

test.concurrent(
  'mcp-remote 0.15: hides the code, shows scripts and control characters, and ends at a dropped connection',
  async () => {
    expect(await judged(MCP_REMOTE, '{mcp}', '--device-code', '--allow-http')).toMatchObject({
      C01: kept,
      C02: kept,
      C03: kept,
      C04: kept,
      C05: kept,
      C11: kept,
      C10: broken('a script.*control characters'),
      C18: broken('not shown'),
      C21: broken('ended the login'),
      C25: broken('carried the device code to another server'),
    })
  },
  PATIENCE_MS,
)

test.concurrent(
  'our own command keeps every rule',
  async () => {
    const rules = await judged(COUNTERSIGN, 'login', '{issuer}', '--client-id', '{client_id}')
    // It starts no browser where nobody sits at a terminal.
    expect(rules.C19).toMatch(/^(?:satisfies|unknown: it started no browser)/)
    expect(Object.entries(rules).filter(([rule, verdict]) => rule !== 'C19' && !verdict.startsWith('satisfies'))).toEqual([])
  },
  PATIENCE_MS,
)

test('a command that does not exist has no answers, and says why', async () => {
  const { judged } = await probeClient({ command: ['/nowhere/client', '{issuer}'], environment: {} })
  expect(judged.map(({ verdict }) => verdict)).toEqual(Array(11).fill('unknown'))
  expect(judged[0]?.because).toContain('the command did not start')
})
