/**
 * A person, or the program that called, gives up: at every place where the command waits, with the next poll a minute away and the code good for ten, one signal
 * ends it. How soon, in milliseconds, is measured by bench/abort.mjs; here whoever slept to the end of the interval would not make it in the time a test has.
 */
import { expect, onTestFinished, test } from 'vitest'
import { cleanEnvironment, ownDirectory } from '../../packages/cli/test/command.ts'
import { hostileAuthority, PATHS, type Says } from '../support/hostile-authority.ts'
import { COUNTERSIGN, endProgram, startOnTerminal, startProgram } from './support/programs.ts'

const PATIENCE = 30_000
const refusing = (error: string) => () => ({ status: 400, body: { error } })

async function waitingAt(says: Says, args: (origin: string) => readonly string[], terminal: boolean) {
  const server = await hostileAuthority((origin) => ({
    ...says,
    metadata: {
      authorization_endpoint: `${origin}/authorize`,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      ...says.metadata,
    },
    device: says.device ?? { interval: 60, expires_in: 600 },
    token: says.token ?? refusing('authorization_pending'),
  }))
  const home = ownDirectory()
  const environment = cleanEnvironment({ COUNTERSIGN_VAULT_DIR: `${home}/vault`, COUNTERSIGN_KEY_FILE: `${home}/key`, PATH: '/nowhere' })
  const start = (words: readonly string[], onTerminal: boolean) => {
    const program = onTerminal ? startOnTerminal(COUNTERSIGN, words, { environment }) : startProgram(COUNTERSIGN, words, { environment })
    onTestFinished(() => endProgram(program))
    return program
  }
  return { server, start, program: start(args(server.origin), terminal) }
}

const login =
  (...flags: readonly string[]) =>
  (origin: string) => ['login', origin, '--client-id', 'cli', ...flags]

test.each<[string, Says, (origin: string) => readonly string[], boolean, RegExp]>([
  ['between two polls', {}, login('--json'), false, /"event":"code"/],
  ['between two polls, on a terminal', {}, login('--flow', 'device'), true, /Waiting/],
  ['for a browser', {}, login('--flow', 'browser'), false, /open this link/],
  ['for an address to be pasted', {}, login('--flow', 'paste'), true, /Paste it here: /],
  [
    'for the countersign',
    { device: { interval: 1, expires_in: 600 }, token: refusing('countersign_required') },
    login('--flow', 'device'),
    true,
    /Type the number here: /,
  ],
  [
    'for the word that another host is right',
    { device: { verification_uri: 'https://other.example/', expires_in: 600 } },
    login('--flow', 'device'),
    true,
    /Go on\?/,
  ],
])(
  'waiting %s',
  async (_, says, args, terminal, sign) => {
    const { program } = await waitingAt(says, args, terminal)
    await program.until(sign)
    program.kill('SIGINT')
    expect((await program.ended).code).toBe(130)
  },
  PATIENCE,
)

test(
  'waiting for a code that another program has asked for, and for a server that says nothing at all',
  async () => {
    const { server, start, program } = await waitingAt({}, login('--no-wait', '--json'), false)
    expect((await program.ended).code).toBe(8)
    const resumed = start(['login', '--resume', '--json'], false)
    await resumed.until(/"event":"code"/)
    resumed.kill('SIGTERM')
    const { code, stdout } = await resumed.ended
    expect(code).toBe(130)
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ error: { code: 'aborted' } })

    const silent = await waitingAt({ device: () => undefined }, login('--json'), false)
    while (silent.server.to('device').length === 0) await new Promise((resolve) => setImmediate(resolve))
    silent.program.kill('SIGINT')
    expect((await silent.program.ended).code).toBe(130)
    expect(server.asked.filter(({ path }) => path === PATHS.token)).toEqual([])
  },
  PATIENCE,
)
