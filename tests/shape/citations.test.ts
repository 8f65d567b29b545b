import { expect, test } from 'vitest'
import { REQUIREMENTS } from '../../requirements/requirements.ts'
import type { Row } from '../../requirements/row.ts'
import { commentsOf, packages, textsOf } from './sources.ts'

/** RFCs we cite without holding requirements from them: the formats and the transport everything here is written in. */
const FOUNDATIONS = new Set([
  1918, 2104, 3207, 3339, 3834, 3986, 4291, 4647, 4648, 4918, 5214, 5234, 5280, 5321, 5646, 6265, 6454, 6585, 6598, 6890, 6901, 6973, 7231,
  7239, 7515, 7516, 7517, 7518, 7519, 7526, 7616, 7638, 7800, 7914, 8037, 8176, 8252, 8259, 8446, 8693, 8725, 9101, 9110, 9111, 9112, 9126,
  9457, 9562, 9864,
])

const CITED = /\bRFC\s?(\d{3,5})\b/g

const rows: readonly Row[] = Object.values(REQUIREMENTS)
const known = new Set([...FOUNDATIONS, ...rows.flatMap((row) => numbersIn(`${row.spec} ${row.section}`))])

function numbersIn(text: string): number[] {
  return [...text.matchAll(CITED)].map((match) => Number(match[1]))
}

test('every RFC that a comment cites is one we hold requirements from or build on', () => {
  const texts = packages.flatMap(({ folder, sources }) => [...sources, ...textsOf(`${folder}/test`, '.ts')])
  const faults = texts.flatMap(([path, text]) =>
    commentsOf(text)
      .flatMap(numbersIn)
      .filter((number) => !known.has(number))
      .map((number) => `${path}: RFC ${number}`),
  )
  expect(faults).toEqual([])
})

test('the word "section" in a citation is followed by its number', () => {
  const texts = packages.flatMap(({ sources }) => [...sources])
  const faults = texts.flatMap(([path, text]) =>
    [
      ...commentsOf(text)
        .join('\n')
        .matchAll(/\bRFC\s?\d{3,5},? sections?\b(?! (?:\d|[A-F]\b))/g),
    ].map((match) => `${path}: ${match[0]}`),
  )
  expect(faults).toEqual([])
})
