import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { codeOf, packages } from './sources.ts'

/** One word, one thing: these say nothing about the thing, or already mean something else here. */
const UNUSED = new Set(['session', 'manager', 'helper', 'util', 'utils', 'utility', 'service', 'process', 'processor', 'data'])
/** A browser does have a session. */
const BROWSER = 'browser'

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
}

/** The unused words in a name, in either number. */
function unusedIn(name: string): string[] {
  const words = wordsOf(name)
  return words.filter((word) => {
    if (/^sessions?$/.test(word) && words.includes(BROWSER)) return false
    return UNUSED.has(word) || UNUSED.has(word.replace(/s$/, '')) || /^process(?:es|ing)$/.test(word)
  })
}

const DECLARED = /\b(?:function\*?|const|let|class|interface|type)\s+([A-Za-z_$][\w$]*)/g

test('a name is taken apart into its words', () => {
  expect(unusedIn('SessionManager')).toEqual(['session', 'manager'])
  expect(unusedIn('token-utils')).toEqual(['utils'])
  expect(unusedIn('BrowserSession')).toEqual([])
  expect(unusedIn('ProtectedResourceMetadata')).toEqual([])
})

test('no file and no declaration uses a word that is not used here', () => {
  const faults = packages.flatMap(({ sources }) =>
    [...sources].flatMap(([path, text]) => {
      const names = [basename(path, '.ts'), ...[...codeOf(text).matchAll(DECLARED)].map((match) => match[1] as string)]
      return names.filter((name) => unusedIn(name).length > 0).map((name) => `${path}: ${name}`)
    }),
  )
  expect(faults).toEqual([])
})
