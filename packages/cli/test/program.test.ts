import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { createProgram } from '../src/program.ts'

const surroundings = { stdout: { write: () => true, columns: 80 }, stderr: { write: () => true, columns: 80 }, environment: {} }
const program = (first?: string) => createProgram(async () => undefined, surroundings, first)
const namesOf = async (first?: string) => (await program(first)).commands.map((command) => command.name())

test('every command is found by its name, among few; whoever asks for no command, for help or for completions sees all of them', async () => {
  const all = await namesOf()
  expect(all.length).toBeGreaterThan(15)
  for (const name of all.filter((each) => each !== 'complete')) {
    const few = await namesOf(name)
    expect(few).toContain(name)
    expect(few.length).toBeLessThan(6)
  }
  for (const first of ['help', '--help', '--json', 'complete', 'logni']) expect(await namesOf(first)).toEqual(all)
})

test('every command takes --json, but those that speak the protocol of another program or stand in for one', async () => {
  const leaves = (command: Command, path: string): { path: string; json: boolean }[] =>
    command.commands.length === 0
      ? [{ path, json: command.options.some(({ long }) => long === '--json') }]
      : command.commands.flatMap((below) => leaves(below, `${path} ${below.name()}`.trim()))
  const without = leaves(await program(), '')
    .filter(({ json }) => !json)
    .map(({ path }) => path)
  expect(without.sort()).toEqual(['complete', 'docker-credential', 'exec', 'git-credential', 'kubectl-credential', 'proxy', 'wrap'])
})
