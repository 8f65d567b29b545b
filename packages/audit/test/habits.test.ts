/** Habits that programs have, each made small: once with the defect, once without it. */
import { describe, expect, test } from 'vitest'
import { subjectOf } from '../src/facts/roles.ts'
import { readProject } from '../src/link/read.ts'
import { RULES } from '../src/rules/catalogue.ts'
import { judge } from '../src/verdict/judge.ts'
import { APPROVING_HABITS, BESIDE } from './habits/approving.ts'
import { CLIENT_HABITS } from './habits/clients.ts'
import type { Habit } from './habits/habit.ts'
import { HANDED_HABITS } from './habits/handed-polls.ts'
import { HANDING_HABITS } from './habits/handing-out.ts'
import { KEEPING_HABITS } from './habits/keeping.ts'
import { SERVER_HABITS } from './habits/servers.ts'
import { STORAGE_HABITS } from './habits/storage.ts'

async function defects(rule: string, { file, text }: { readonly file: string; readonly text: string }) {
  const rules = RULES.filter(({ id }) => id === rule)
  const subject = subjectOf(await readProject(new Map([[file, text]])))
  expect(subject.clients.length + (subject.server === undefined ? 0 : 1)).toBeGreaterThan(0)
  return judge(rules, subject).filter(({ verdict }) => verdict === 'violates')
}

const all: readonly Habit[] = [
  ...CLIENT_HABITS,
  ...HANDED_HABITS,
  ...SERVER_HABITS,
  ...HANDING_HABITS,
  ...STORAGE_HABITS,
  ...APPROVING_HABITS,
  ...KEEPING_HABITS,
]

describe.each(all)('$rule: $habit', ({ rule, file, defect, inOrder }) => {
  test('with the defect', async () => {
    expect(await defects(rule, { file, text: defect })).not.toEqual([])
  })
  test('without it', async () => {
    const found = await defects(rule, { file, text: inOrder })
    expect(found.map(({ place, message }) => `${place?.line} ${message}`)).toEqual([])
  })
})

const SERVER = `
export async function deviceGrant(store, body) {
  const device = await store.take(body.device_code, body.client_id)
  if (!device) throw new OAuthError('invalid_grant')
  if (!device.approved) throw new OAuthError('authorization_pending')
  return store.issue(device.userId)
}
export async function approveDevice(store, userCode, userId) {
  await store.update({ where: { userCode, approved: null }, data: { approved: true, userId } })
}`

test.each([
  { page: 'templates/activate.ejs', found: 0 },
  { page: 'admin/events.html', found: 1 },
])('DF-S14: a page that names the client, in $page', async ({ page, found }) => {
  const text = '<form method="post"><p>The device of <%= clientName %> asks for <%= scopes %></p><button>Allow</button></form>'
  const texts = new Map([
    ['grant.ts', SERVER],
    [page, text],
  ])
  const subject = subjectOf(await readProject(texts))
  const rules = RULES.filter(({ id }) => id === 'DF-S14')
  expect(judge(rules, subject).filter(({ verdict }) => verdict === 'violates')).toHaveLength(found)
})

test.each([
  { files: BESIDE.defect, found: 1 },
  { files: BESIDE.inOrder, found: 0 },
])('DF-S01: the client ids of another login in the program are none of this one: $found', async ({ files, found }) => {
  const subject = subjectOf(await readProject(new Map(Object.entries(files))))
  expect(subject.server).toBeDefined()
  const rules = RULES.filter(({ id }) => id === 'DF-S01')
  expect(judge(rules, subject).filter(({ verdict }) => verdict === 'violates')).toHaveLength(found)
})
