import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../tools/steps.mjs'

const rows = [...readFileSync(join(root, 'docs/client-rules.md'), 'utf8').matchAll(/^\| (.+) \| `(\S+\.test\.ts)`: (.+) \|$/gm)].map(
  ([, rule = '', path = '', name = '']) => ({ rule, path, name }),
)

test('every rule of the client is kept by a test that is there, under the name that the page gives', () => {
  expect(rows.length).toBeGreaterThan(30)
  const text = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8').replaceAll("\\'", "'") : '')
  expect(rows.filter(({ path, name }) => !text(path).includes(name))).toEqual([])
})

test('no row of the page is left out of that', () => {
  const lines = readFileSync(join(root, 'docs/client-rules.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| rule |'))
  expect(lines).toHaveLength(rows.length)
})
