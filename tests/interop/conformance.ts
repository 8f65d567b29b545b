/** The official conformance suite of MCP, run as it is published, with a person at its browser who does what it asks for. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface Check {
  readonly id: string
  readonly status: string
  readonly errorMessage?: string
}

interface Watch {
  /** Sees all that was printed, each time there is more. */
  readonly watch?: (printed: string) => void
  readonly signal?: AbortSignal
}

/** Runs the suite to its end, and gives what it printed. */
async function runSuite(args: readonly string[], { watch = () => undefined, signal }: Watch = {}): Promise<string> {
  const { COUNTERSIGN_TEST_CONFORMANCE: suite = '', COUNTERSIGN_TEST_CONFORMANCE_NODE: node = '' } = process.env
  if (suite === '' || node === '') throw new Error('no conformance suite: run the tests with "npm test", which installs it')
  const child = spawn(node, [suite, ...args], { signal })
  onTestFinished(() => void child.kill())
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
      watch(printed)
    })
  }
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  return printed
}

/** The names of all scenarios for authorization servers. */
export async function authorizationScenarios(): Promise<readonly string[]> {
  const printed = await runSuite(['list', '--authorization'])
  return [...printed.matchAll(/^ +- ([\w/-]+)/gm)].map(([, name = '']) => name)
}

/**
 * Runs every scenario for authorization servers.
 * @param visit what a person does with the address that the suite asks to open
 * @returns the checks of each scenario
 */
export async function judgeAuthority(
  args: readonly string[],
  visit: (address: URL) => Promise<void>,
): Promise<ReadonlyMap<string, readonly Check[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-conformance-'))
  try {
    let visiting: Promise<void> | undefined
    const failed = new AbortController()
    const watch = (text: string) => {
      const [address] = /^https?:\S+response_type=code\S*$/m.exec(text) ?? []
      // It prints the address before anybody listens at the end of the way.
      if (address === undefined || !text.includes('Callback server started')) return
      // Without a visitor it would wait for five minutes.
      visiting ??= visit(new URL(address)).catch((error: unknown) => {
        failed.abort()
        throw error
      })
    }
    const judging = runSuite(['authorization', ...args, '--output-dir', folder], { watch, signal: failed.signal })
    const printed = await judging.catch(async (error: unknown) => {
      await visiting
      throw error
    })
    await visiting
    const results = readdirSync(folder).map((name): [string, readonly Check[]] => [
      name.replace(/^authorization-server-|-\d{4}-\d\d-\d\dT[\d-]+Z$/g, ''),
      JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8')) as Check[],
    ])
    if (results.length === 0) throw new Error(`the suite judged nothing:\n${printed}`)
    return new Map(results)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Runs one scenario for clients; the suite starts the command with the address of its server. @returns the checks of the scenario */
export async function judgeClient(command: string, scenario: string, version: string): Promise<readonly Check[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-conformance-'))
  try {
    const printed = await runSuite([
      'client',
      '--command',
      command,
      '--scenario',
      scenario,
      '--spec-version',
      version,
      '--output-dir',
      folder,
    ])
    const [found] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('checks.json'))
    if (found === undefined) throw new Error(`the suite judged nothing:\n${printed}`)
    return JSON.parse(readFileSync(join(folder, found), 'utf8')) as Check[]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The names of the scenarios that a revision requires of servers. */
export async function serverScenarios(revision: string): Promise<readonly string[]> {
  const printed = await runSuite(['list', '--requirements', revision, '--server'])
  const [servers = ''] = (printed.split('Server scenarios')[1] ?? '').split('Client scenarios')
  return [...servers.matchAll(/^ +- ([\w/-]+)/gm)].map(([, name = '']) => name)
}

/** Runs the scenarios for servers that a revision requires, or that one wire of it has. @returns the checks of each scenario */
export async function judgeServer(url: string, args: readonly string[]): Promise<ReadonlyMap<string, readonly Check[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-conformance-'))
  try {
    const printed = await runSuite(['server', '--url', url, ...args, '--output-dir', folder])
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('checks.json'))
    if (found.length === 0) throw new Error(`the suite judged nothing:\n${printed}`)
    return new Map(
      found.map((name) => [
        name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\w.-]+\/checks\.json$/, ''),
        JSON.parse(readFileSync(join(folder, name), 'utf8')) as Check[],
      ]),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}
