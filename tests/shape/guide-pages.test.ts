import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createProgram } from '../../packages/cli/src/program.ts'

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')
const source = (path: string): string => readFileSync(new URL(`../../packages/${path}`, import.meta.url), 'utf8')

/** The headings of the sections of a page. */
function sectionsOf(name: string): string[] {
  return [...page(name).matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)
}

test('every command has a section on the page about the command', async () => {
  const silent = { write: () => true, columns: 80 }
  const program = await createProgram(async () => undefined, { stdout: silent, stderr: silent, environment: {} })
  const commands = program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name())
  expect(sectionsOf('command').toSorted()).toEqual(commands.filter((name) => name !== 'help').toSorted())
})

test('every variable of the vault is on its page', () => {
  const read = new Set(['places', 'key-wish'].flatMap((name) => source(`node/src/vault/${name}.ts`).match(/COUNTERSIGN_[A-Z_]+/g) ?? []))
  expect(read.size).toBeGreaterThan(3)
  for (const variable of read) expect(page('vault')).toContain(variable)
})
