/** Whole small servers in plain JavaScript, each written in another style: none has a defect, and each defect put into one is found. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { subjectOf } from '../src/facts/roles.ts'
import { readProject } from '../src/link/read.ts'
import { RULES } from '../src/rules/catalogue.ts'
import type { Finding } from '../src/verdict/finding.ts'
import { judge } from '../src/verdict/judge.ts'

interface Mutation {
  readonly find: string
  readonly replace: string
}

const folder = new URL('fixtures/servers/', import.meta.url)
const mutations = Object.entries(
  JSON.parse(readFileSync(new URL('mutations.json', folder), 'utf8')) as Record<string, Record<string, Mutation[]>>,
)
const textOf = (name: string) => readFileSync(new URL(`${name}.txt`, folder), 'utf8')
const judged = async (name: string, text: string): Promise<Finding[]> => judge(RULES, subjectOf(await readProject(new Map([[name, text]]))))
const told = (findings: readonly Finding[], verdict: string) =>
  findings.filter((each) => each.verdict === verdict).map(({ rule, place, message }) => `${rule} ${place?.line} ${message}`)

describe.each(mutations)('%s', (name, defects) => {
  test('in order has no defect, and each rule it can break was looked at', async () => {
    const findings = await judged(name, textOf(name))
    expect(told(findings, 'violates')).toEqual([])
    const clear = new Set(findings.filter(({ verdict }) => verdict === 'satisfies').map(({ rule }) => rule))
    expect(
      ['DF-S01', 'DF-S02', 'DF-S04', 'DF-S05', 'DF-S09', 'DF-S10', 'DF-S13', 'DF-S14', 'DF-S17', 'DF-S18'].filter((id) => !clear.has(id)),
    ).toEqual([])
  })

  test.each(Object.entries(defects))('%s is found when it is put in', async (id, steps) => {
    const good = textOf(name)
    expect(steps.filter(({ find }) => !good.includes(find))).toEqual([])
    const findings = await judged(
      name,
      steps.reduce((text, { find, replace }) => text.replaceAll(find, () => replace), good),
    )
    expect(findings.filter(({ rule, verdict }) => rule === id && verdict === 'violates')).toHaveLength(1)
  })
})

test('the server that is wrong on purpose has the defects that it was given, and those of a server this small', async () => {
  const text = readFileSync(new URL('../../../tests/flows/defective/defective-server.mjs', import.meta.url), 'utf8')
  const found = (await judged('server.mjs', text)).filter(({ verdict }) => verdict === 'violates').map(({ rule }) => rule)
  expect(found.sort()).toEqual(['DF-S01', 'DF-S05', 'DF-S10', 'DF-S11', 'DF-S16', 'DF-S21'])
})
