/** Completion as the shells do it: each one is run, with the script that it is told. */
import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cleanEnvironment, countersign, MAIN, ownDirectory } from '../command.ts'
import { keptVault } from '../support/kept.ts'

type Shell = 'bash' | 'zsh' | 'fish'

/** What a person has who presses Tab behind a line. */
async function place() {
  const { environment } = await keptVault(
    { resource: 'https://api.example/v1' },
    { resource: 'https://api.example/v2', profile: 'work' },
    { resource: 'https://notes.example/mcp' },
  )
  const directory = ownDirectory()
  const command = join(directory, 'countersign')
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`)
  chmodSync(command, 0o755)
  const clean = cleanEnvironment(environment)
  return {
    env: { ...clean, HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory, PATH: `${directory}:${clean['PATH'] ?? ''}` },
  }
}

const TAB: Readonly<Record<Shell, (line: string) => string>> = {
  bash: (line) => `
    source <(countersign completion bash)
    complete -p countersign >/dev/null || exit 9
    COMP_LINE='${line}' COMP_POINT=${line.length}
    _countersign && printf '%s\\n' "\${COMPREPLY[@]}"`,
  // compdef and compadd work only where a person types; what they are given is what that person would get.
  zsh: (line) => `
    compdef() { [[ "$*" == '_countersign countersign' ]] || exit 9 }
    source <(countersign completion zsh)
    compadd() { shift; print -l -- "$@" }
    words=(${line.replace(/ $/, " ''")}) CURRENT=$#words
    _countersign`,
  fish: (line) => `countersign completion fish | source; complete -C '${line}'`,
}

async function press(shell: Shell, line: string): Promise<string[]> {
  const { env } = await place()
  const flags = shell === 'zsh' ? ['-f'] : shell === 'bash' ? ['--norc'] : ['--no-config']
  const { status, stdout, stderr } = spawnSync(shell, [...flags, '-c', TAB[shell](line)], { encoding: 'utf8', env })
  if (status === null) throw new Error(`there is no ${shell}: "npm test" installs it, or says how`)
  if (status > 1) throw new Error(`${shell} ended with ${status}: ${stderr}`)
  return stdout
    .split('\n')
    .filter((candidate) => candidate !== '')
    .toSorted()
}

describe.each<Shell>(['bash', 'zsh', 'fish'])('%s', (shell) => {
  test('commands, the commands below them, and flags', async () => {
    expect(await press(shell, 'countersign log')).toEqual(['login', 'logout'])
    expect(await press(shell, 'countersign admin cl')).toEqual(['client'])
    expect(await press(shell, 'countersign token --prof')).toEqual(['--profile'])
    expect(await press(shell, 'countersign nonsen')).toEqual([])
  })

  test('what is signed in, whose colons are no ends of words', async () => {
    const found = await press(shell, 'countersign token https://api.example/v')
    // bash puts back itself what it sees as a word of its own.
    expect(found.map((each) => each.replace(/^\/\//, 'https://'))).toEqual(['https://api.example/v1', 'https://api.example/v2'])
  })

  test('what a flag may be followed by', async () => {
    expect(await press(shell, 'countersign header --format c')).toEqual(['curl'])
    expect(await press(shell, 'countersign token --profile ')).toEqual(['default', 'work'])
  })
})

test('the command of another program is not completed, and what is hidden stays so', async () => {
  const { env } = await place()
  const ask = async (...words: readonly string[]) => (await countersign(['complete', '--', ...words], { environment: env })).stdout
  expect(await ask('exec', 'https://api.example/v1', '--', 'cu')).toBe('')
  expect(await ask('comp')).toBe('completion\n')
})

test('another shell is a wrong call', async () => {
  expect((await countersign(['completion', 'csh'])).code).toBe(2)
})
