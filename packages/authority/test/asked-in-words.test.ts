import { expect, test } from 'vitest'
import { openAskedInWords } from '../src/endpoints/asked-in-words.ts'
import { decidePage, openLoginPages } from '../src/pages/index.ts'
import { decideView, site } from './pages/views.ts'

const NOTES = 'https://notes.example/mcp'
const BANK = 'https://bank.example/mcp'
const resources = [
  { resource: NOTES, name: 'Notes', scopes: { read: 'Read your notes', write: 'Change your notes' } },
  { resource: BANK, name: 'Bank', scopes: { read: 'Read your account', pay: 'Spend your money' }, risky: ['pay'] },
]
const open = () => openAskedInWords({ issuer: 'https://auth.example', resources })

const REQUESTS = [
  { scope: ['read'], resources: [NOTES] },
  { scope: ['read'], resources: [BANK] },
  { scope: ['read', 'pay'], resources: [BANK] },
  { scope: ['pay', 'read'], resources: [BANK] },
  { scope: ['read'], resources: [NOTES, BANK] },
  { scope: ['read', NOTES], resources: [] },
  { scope: [`read","${NOTES}`], resources: [] },
  { scope: [], resources: ['https://auth.example'] },
]

test('what was asked before is told in the same words, and what differs in anything in its own', () => {
  const remembering = open()
  for (const asked of [...REQUESTS, ...REQUESTS]) expect(remembering(asked)).toEqual(open()(asked))
  const asked = { scope: ['read', 'write'], resources: [NOTES] }
  expect(remembering({ ...asked })).toBe(remembering({ scope: [...asked.scope], resources: [NOTES] }))
  // What one person unticks stays ticked for the next.
  expect(remembering(asked, ['write']).scopes.map(({ ticked }) => ticked)).toEqual([false, true])
  expect(remembering(asked).scopes.map(({ ticked }) => ticked)).toEqual([true, true])
})

test('only so much is remembered, and nothing that is long', () => {
  const remembering = open()
  const asked = { scope: ['read'], resources: [NOTES] }
  const first = remembering(asked)
  for (let other = 0; other < 64; other++) remembering({ scope: [`scope-${other}`], resources: [NOTES] })
  expect(remembering(asked)).not.toBe(first)
  const long = { scope: ['x'.repeat(2000)], resources: [NOTES] }
  expect(remembering(long)).not.toBe(remembering(long))
})

test('the page of one list of scopes is another one where the server, the ticks, the sign-in or the error differ', () => {
  const pages = openLoginPages(site)
  const { scopes } = decideView
  const views = [
    {},
    { resources: [{ resource: BANK, name: 'Bank' }] },
    { signInAgain: true },
    { error: 'nothing_ticked' as const },
    { error: 'not_confirmed' as const },
    { scopes: scopes.map((scope) => ({ ...scope, ticked: false })) },
    {},
  ]
  for (const view of views) {
    const shown = { ...decideView, ...view }
    expect(pages.decide(200, shown).body).toBe(decidePage(shown))
  }
})
