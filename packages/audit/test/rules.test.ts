import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { subjectOf } from '../src/facts/roles.ts'
import { readProject } from '../src/link/read.ts'
import { RULES } from '../src/rules/catalogue.ts'
import { judge } from '../src/verdict/judge.ts'

type Mutation = { readonly find: string; readonly replace: string }

const folder = new URL('fixtures/', import.meta.url)
const LANGUAGES = { typescript: 'ts', python: 'py', go: 'go' } as const
const languages = Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[]
const mutations = JSON.parse(readFileSync(new URL('mutations.json', folder), 'utf8')) as Record<string, Record<string, Mutation[]>>
const unit = (side: string, language: keyof typeof LANGUAGES) => `${side}.${LANGUAGES[language]}`
const textOf = (name: string) => readFileSync(new URL(`${name}.txt`, folder), 'utf8')

async function defects(name: string, text: string, rules = RULES) {
  const project = await readProject(new Map([[name, text]]))
  return judge(rules, subjectOf(project)).filter(({ verdict }) => verdict === 'violates')
}

describe.each(languages)('%s', (language) => {
  test.each(['client', 'server'])('a %s that is in order has no defect', async (side) => {
    const name = unit(side, language)
    const found = await defects(name, textOf(name))
    expect(found.map(({ rule, place, message }) => `${rule} ${place?.line} ${message}`)).toEqual([])
  })

  test.each(RULES.map(({ id, title, side }) => ({ id, title, side })))('$id is found: $title', async ({ id, side }) => {
    const name = unit(side, language)
    const good = textOf(name)
    const steps = mutations[id]?.[language] ?? []
    expect(steps.filter(({ find }) => !good.includes(find))).toEqual([])
    const bad = steps.reduce((text, { find, replace }) => text.replaceAll(find, () => replace), good)
    expect(bad).not.toBe(good)
    const found = await defects(
      name,
      bad,
      RULES.filter((rule) => rule.id === id),
    )
    expect(found.length).toBeGreaterThan(0)
    for (const { fix, message, place, evidence } of found) {
      expect(fix === '' || message === '').toBe(false)
      expect(place?.file).toBe(name)
      expect(evidence.length).toBeGreaterThan(0)
    }
  })
})

test('each rule is one file, named after it, with a page that says its title and its fix', () => {
  const files = readdirSync(new URL('../src/rules/', import.meta.url)).filter((name) => /^[cs]\d\d-/.test(name))
  expect(files).toHaveLength(RULES.length)
  for (const { id, title, fix, sources } of RULES) {
    expect(files.filter((name) => name.startsWith(id.slice(3).toLowerCase()))).toHaveLength(1)
    const page = new URL(`../../../docs/rules/${id}.md`, import.meta.url)
    expect(existsSync(page), `${id}: node tools/rule-pages.mjs writes the page`).toBe(true)
    const text = readFileSync(page, 'utf8')
    expect(text).toContain(`# ${id}: ${title}`)
    expect(text).toContain(fix)
    expect(sources.length).toBeGreaterThan(0)
    expect(text).toContain('Bad:')
    expect(text).toContain('Good:')
  }
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(50)
})
