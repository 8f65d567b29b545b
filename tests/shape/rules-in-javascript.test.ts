/** JavaScript as it is written without types: the same fixtures, CommonJS, promise chains, timers and callbacks. */
import { readFileSync } from 'node:fs'
import { transformSync } from 'rolldown/utils'
import { describe, expect, test } from 'vitest'
import { subjectOf } from '../../packages/audit/src/facts/roles.ts'
import { readProject } from '../../packages/audit/src/link/read.ts'
import { RULES } from '../../packages/audit/src/rules/catalogue.ts'
import { judge } from '../../packages/audit/src/verdict/judge.ts'

type Mutation = { readonly find: string; readonly replace: string }

const folder = new URL('../../packages/audit/test/fixtures/', import.meta.url)
const textOf = (name: string) => readFileSync(new URL(`${name}.txt`, folder), 'utf8')
const mutations = JSON.parse(readFileSync(new URL('mutations.json', folder), 'utf8')) as Record<string, Record<string, Mutation[]>>
const withoutTypes = (text: string) => transformSync('fixture.ts', text).code

async function judged(texts: Record<string, string>, rules = RULES) {
  return judge(rules, subjectOf(await readProject(new Map(Object.entries(texts)))))
}
const defectsIn = async (texts: Record<string, string>, rules = RULES) =>
  (await judged(texts, rules)).filter(({ verdict }) => verdict === 'violates')

test.each(['client', 'server'])('a %s that is in order has no defect', async (side) => {
  const found = await defectsIn({ [`${side}.js`]: withoutTypes(textOf(`${side}.ts`)) })
  expect(found.map(({ rule, place, message }) => `${rule} ${place?.line} ${message}`)).toEqual([])
})

test.each(RULES.map(({ id, title, side }) => ({ id, title, side })))('$id is found: $title', async ({ id, side }) => {
  const bad = (mutations[id]?.['typescript'] ?? []).reduce(
    (text, { find, replace }) => text.replaceAll(find, () => replace),
    textOf(`${side}.ts`),
  )
  const found = await defectsIn(
    { [`${side}.js`]: withoutTypes(bad) },
    RULES.filter((rule) => rule.id === id),
  )
  expect(found.length).toBeGreaterThan(0)
})

describe.each(['promises.cjs', 'callbacks.cjs'])('%s', (name) => {
  const text = textOf(name)
  const polling = RULES.filter(({ id }) => /^DF-C0[1-5]$/.test(id))
  const breaking: Record<string, readonly (readonly [from: string, to: string])[]> = {
    'promises.cjs': [
      ['delay(interval)', 'delay(2)'],
      ['interval + 5, deadline', 'interval, deadline'],
      ["  if (Date.now() >= deadline) return Promise.reject(new Error('the code has expired'))\n", ''],
      ['delay(interval)', 'Promise.resolve()'],
      ["answer.error === 'authorization_pending'", 'answer.error'],
    ],
    'callbacks.cjs': [
      ['setTimeout(ask, interval * 1000)', 'setTimeout(ask, 2000)'],
      ['          interval += 5\n', ''],
      ["    if (Date.now() >= deadline) return done(new Error('the code has expired'))\n", ''],
      ['setTimeout(ask, interval * 1000)', 'ask()'],
      ["body.error === 'authorization_pending'", 'body.error'],
    ],
  }

  test('polls as it should', async () => {
    const found = await judged({ [name]: text }, polling)
    expect(found.map(({ rule, verdict }) => `${rule} ${verdict}`).sort()).toEqual(polling.map(({ id }) => `${id} satisfies`))
  })

  test.each(polling.map(({ id }, index) => ({ id, index })))('$id is found', async ({ id, index }) => {
    const [from, to] = breaking[name]?.[index] ?? ['', '']
    expect(text).toContain(from)
    const found = await defectsIn({ [name]: text.replaceAll(from, () => to) }, polling)
    expect(found.map(({ rule }) => rule)).toContain(id)
  })
})

test('a module that is required is followed', async () => {
  const texts = {
    'keep.cjs':
      "const fs = require('node:fs')\nexports.keep = function keep(tokens) {\n  fs.writeFileSync('tokens.json', JSON.stringify({ access_token: tokens.access_token }))\n}\n",
    'promises.cjs': textOf('promises.cjs').replace('.then(keep)', '.then((tokens) => keep(tokens))'),
  }
  const found = await defectsIn(
    texts,
    RULES.filter(({ id }) => id === 'DF-C08'),
  )
  expect(found.map(({ place }) => place?.file)).toEqual(['keep.cjs'])
})
