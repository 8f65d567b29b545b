import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openGrammars } from '../src/parse/grammars.ts'
import type { GrammarName } from '../src/parse/language.ts'

const folder = new URL('../grammars/', import.meta.url)

test('each grammar is the pinned one', () => {
  const pinned = JSON.parse(readFileSync(new URL('pinned.json', folder), 'utf8')) as { files: Record<string, string> }[]
  const files = pinned.flatMap((each) => Object.entries(each.files))
  expect(files).toHaveLength(5)
  for (const [file, sha256] of files) {
    expect(
      createHash('sha256')
        .update(readFileSync(new URL(file, folder)))
        .digest('hex'),
      file,
    ).toBe(sha256)
  }
})

test.each<[GrammarName, string]>([
  ['typescript', 'const a: number = 1'],
  ['tsx', 'const a = <p>{1}</p>'],
  ['javascript', 'const a = 1'],
  ['python', 'a = 1'],
  ['go', 'package a'],
])('%s is parsed without an error', async (grammar, text) => {
  const parse = await openGrammars()
  const tree = await parse(grammar, text)
  expect(tree.rootNode.hasError).toBe(false)
  tree.delete()
})
