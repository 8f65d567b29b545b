import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { type DecideRequestView, decideRequestPage, pageReply, pageReplyLeadingTo } from '../../src/pages/index.ts'
import { readMarkup, select, textOf, the } from './read-markup.ts'
import { decideRequestView } from './views.ts'

const page = decideRequestPage(decideRequestView)
const elements = readMarkup(page)
const told = (view: Partial<DecideRequestView>) => textOf(decideRequestPage({ ...decideRequestView, ...view }))

verifies(
  'oauth21-7-consent-phishing',
  'the page of the code grant names the client, where the answer goes, each scope in words and by name, and each resource',
  () => {
    const text = textOf(page)
    expect(text).toContain('Something that calls itself Notes App wants to sign in as Ada. Did you start this?')
    expect(text).toContain('Calls itself Notes App not verified registered as notes-app')
    expect(text).toContain('Read all your notes notes:read')
    expect(text).toContain('Notes https://notes.example/mcp')
    expect(text).toContain('42 seconds ago')
    expect(the(elements, 'p', { class: 'plate place' }).text).toBe('Goes back to app.example:8443')
    expect(text).toContain('in full: https://app.example:8443/callback')
  },
)

test('where it goes is told by what is known: a host, this computer, or a scheme', () => {
  const plate = (redirect: DecideRequestView['redirect']) =>
    the(readMarkup(decideRequestPage({ ...decideRequestView, redirect })), 'p', { class: 'plate place' }).text
  expect(plate({ uri: 'http://127.0.0.1:1/cb', to: 'here', place: '127.0.0.1:1' })).toBe('Goes back to a program on this computer')
  expect(plate({ uri: 'com.example.app:/cb', to: 'scheme', place: 'com.example.app:' })).toContain('com.example.app: links')
})

test('a client that only leads to this computer is warned about', () => {
  expect(told({ loopbackOnly: true })).toContain('Any program on this computer can ask like this.')
  expect(told({})).not.toContain('Any program on this computer')
  expect(told({})).toContain('Did a message or a stranger send you here? Deny.')
})

verifies('rfc10027-6.1.14-decline-prominent', 'Enter denies here as well, nothing has the focus, and both buttons look the same', () => {
  const form = the(elements, 'form', { action: '/auth/authorize/decide' })
  expect(form.attributes.method).toBe('post')
  const [deny, approve, ...others] = select(elements, 'button').filter(({ attributes }) => attributes.class !== 'quiet')
  expect(others).toEqual([])
  expect([deny?.attributes, approve?.attributes]).toEqual(
    ['deny', 'approve'].map((value) => ({ class: 'choice', type: 'submit', name: 'decision', value })),
  )
  expect(page).not.toContain('autofocus')
  const hidden = select(elements, 'input', { type: 'hidden' }).filter(({ parent }) => parent === form)
  expect(hidden.map(({ attributes }) => [attributes.name, attributes.value])).toEqual([
    ['csrf', 'form-secret'],
    ['request', 'request-id'],
  ])
})

test('the form may lead to the place of the answer and to no other; every other header stays as strict', () => {
  const { 'content-security-policy': strict, ...others } = pageReply(200, page).headers
  for (const [uri, source] of [
    ['https://app.example:8443/callback?a=b', 'https://app.example:8443'],
    ['https://app.example/call;back', 'https://app.example'],
    ['http://127.0.0.1:4711/callback', 'http://127.0.0.1:4711'],
    ['http://[::1]:4711/callback', 'http:'],
    ['com.example.app:/callback', 'com.example.app:'],
  ] as const) {
    const { 'content-security-policy': policy, ...rest } = pageReplyLeadingTo(uri, 200, page).headers
    expect(rest).toEqual(others)
    expect(policy).toBe(String(strict).replace("form-action 'self'", `form-action 'self' ${source}`))
    expect(policy).not.toBe(strict)
  }
})
