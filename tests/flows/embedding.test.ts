/** Applications with a login of their own and an authority beside it: the examples as they were built, and the page that tells about them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesUnder } from '../../tools/files.mjs'
import { root } from '../../tools/steps.mjs'
import { BESIDE_EXPRESS, BESIDE_HONO, startProgram } from './support/programs.ts'

describe.each([
  ['Express, SQLite', BESIDE_EXPRESS],
  ['Hono, Request and Response', BESIDE_HONO],
])('%s', (_what, program) => {
  test('a device signs in with the login of the application, calls its API, and loses its access with the account', async () => {
    const { code, stdout, stderr } = await startProgram(program, [], { environment: { PATH: process.env['PATH'] ?? '' } }).ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^the API names its authority, http:\/\/127\.0\.0\.1:\d+\/auth$/),
      'a device signed in; Ada approved it, signed in to the application as always',
      'the API took the token and knows the person by the id that the application gave her',
      'Ada left the application, and her device gets no more tokens',
      '',
    ])
  })
})

test('the page shows the examples as they are', () => {
  const page = readFileSync(join(root, 'docs/embed.md'), 'utf8')
  const shown = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
  const sources = filesUnder('examples', '.ts').map((path) => readFileSync(join(root, path), 'utf8'))
  expect(shown.length).toBeGreaterThan(3)
  expect(shown.filter((code) => !sources.some((text) => text.includes(code)))).toEqual([])
})
