import { expect, test } from 'vitest'
import { codeOf, packages, textsOf } from './sources.ts'

const HARD_LIMIT = 400
const MEDIAN_LIMIT = 120

const sources = packages.flatMap((each) => [...each.sources])
const linesOf = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

test(`no source, test or tool is longer than ${HARD_LIMIT} lines`, () => {
  const tests = packages.flatMap(({ folder }) => [...textsOf(`${folder}/test`, '.ts')])
  const others = ['tests', 'tools', 'examples'].flatMap((folder) => [...textsOf(folder, '.ts'), ...textsOf(folder, '.mjs')])
  const long = [...sources, ...tests, ...others].filter(([, text]) => linesOf(text) > HARD_LIMIT)
  expect(long.map(([path, text]) => `${path}: ${linesOf(text)} lines`)).toEqual([])
})

test(`half of the sources have ${MEDIAN_LIMIT} lines or fewer`, () => {
  const sizes = sources.map(([, text]) => linesOf(text)).sort((a, b) => a - b)
  expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(MEDIAN_LIMIT)
})

test('an index.ts is a list of named exports and nothing else', () => {
  const faults = sources
    .filter(([path]) => path.endsWith('/index.ts'))
    .filter(
      ([, text]) =>
        codeOf(text)
          .replace(/export (?:type )?\{[^}]*\} from ''/g, '')
          .trim() !== '',
    )
  expect(faults.map(([path]) => path)).toEqual([])
})

test('nothing is exported by star or by default', () => {
  const faults = sources.filter(([, text]) => /^\s*export\s+(?:\*|default\b)/m.test(codeOf(text)))
  expect(faults.map(([path]) => path)).toEqual([])
})
