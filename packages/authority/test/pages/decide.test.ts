import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { type DecideView, decidePage, PLAIN_LOOK } from '../../src/pages/index.ts'
import { readMarkup, select, textOf, the } from './read-markup.ts'
import { decideView } from './views.ts'

const { styleSheet } = PLAIN_LOOK
const page = decidePage(decideView)
const elements = readMarkup(page)
const form = the(elements, 'form', { action: '/auth/device/decide' })
const inForm = elements.filter((one) => one.parent !== undefined && isInside(one.parent))

function isInside(element: { parent: typeof form | undefined } & object): boolean {
  return element === form || (element.parent !== undefined && isInside(element.parent))
}

function told(view: Partial<DecideView>): string {
  return textOf(decidePage({ ...decideView, ...view }))
}

/** The text of the row of facts with this heading. */
function row(heading: string, view: Partial<DecideView> = {}): string {
  const all = readMarkup(decidePage({ ...decideView, ...view }))
  const term = all.find((one) => one.tag === 'dt' && one.text === heading)
  return all.find((one) => one.tag === 'dd' && one.parent === term?.parent)?.text ?? ''
}

verifies('rfc8628-3.3.1-confirm-code', 'the code stands on the page with the request to compare, and only a pressed button decides', () => {
  const plate = the(elements, 'p', { class: 'plate' })
  expect(plate.text).toContain('WDJ-BMJ-HTL')
  expect(plate.text).toContain('W D J B M J H T L')
  expect(told({})).toContain('Does your device show this code?')
  expect(told({})).toContain('Compare every character.')
  expect(form.attributes.method).toBe('post')
  expect(select(inForm, 'button', { type: 'submit' }).map(({ attributes }) => attributes.value)).toEqual(['deny', 'approve'])
  expect(select(inForm, 'input', { type: 'hidden' }).map(({ attributes }) => [attributes.name, attributes.value])).toEqual([
    ['csrf', 'form-secret'],
    ['user_code', 'WDJ-BMJ-HTL'],
  ])
})

verifies('rfc8628-5.4-device-possession', 'approving takes a tick that the device is in front of the person; denying does not', () => {
  const tick = the(inForm, 'input', { id: 'confirmed', type: 'checkbox' })
  expect(tick.attributes).toMatchObject({ name: 'confirmed', value: 'yes', required: '' })
  expect(tick.attributes).not.toHaveProperty('checked')
  expect(the(inForm, 'label', { for: tick.attributes.id ?? '' }).text).toBe(
    'I started this sign-in myself, on a device in front of me, and it shows this code.',
  )
  expect(the(inForm, 'button', { value: 'deny' }).attributes).toHaveProperty('formnovalidate')
  expect(the(inForm, 'button', { value: 'approve' }).attributes).not.toHaveProperty('formnovalidate')
})

test('a device in another country is warned of before anything else, and again to who hears the tick that approves', () => {
  const far = { device: { ...decideView.device, place: { country: 'FR' } }, browserPlace: { country: 'DE' } }
  const all = readMarkup(decidePage({ ...decideView, ...far }))
  expect(the(all, 'div', { id: 'far' }).text).toMatch(/^Different countries: .* France ?, this browser in Germany/)
  expect(the(all, 'input', { id: 'confirmed' }).attributes['aria-describedby']).toBe('far compare-how phishing')
  for (const near of [
    { ...far, browserPlace: { country: 'FR' } },
    { browserPlace: { country: 'DE' } },
    { ...far, browserPlace: undefined },
  ]) {
    const page = decidePage({ ...decideView, ...near })
    expect(page).not.toContain('id="far"')
    expect(the(readMarkup(page), 'input', { id: 'confirmed' }).attributes['aria-describedby']).toBe('compare-how phishing')
  }
})

verifies(
  'rfc8628-5.4-show-device-info',
  'client, device, origin and age are told, and what they say of themselves is marked as unverified',
  () => {
    expect(row('Client')).toBe('Calls itself Countersign CLI not verified registered as countersign-cli')
    expect(row('Device')).toBe('Says it is build-box-3 not verified says it uses countersign/0.1.0')
    expect(row('Asked from')).toBe('203.0.113.7 Same network as this browser')
    expect(row('Asked')).toBe('42 seconds ago You can answer for another 1 minute 48 seconds')
    expect(row('Protection')).toContain('Locked to a key on that device')
    const strange = { device: { address: '2001:db8::7', sameNetwork: false, keyBound: false } }
    expect(row('Device', strange)).toBe('Did not say what it is')
    expect(row('Asked from', strange)).toContain('2001:db8::7 Not the network of this browser')
    expect(row('Protection', strange)).toContain('Not locked')
    expect(row('Asked from', { device: { address: '203.0.113.7', keyBound: true } })).toContain('Unknown whether')
    expect(row('Client', { client: { id: 'c', name: '\u202e' } })).toContain('a client without a name')
    expect(decidePage({ ...decideView, client: { id: '<i>', name: '<b>x</b>' } })).toContain('&lt;b&gt;x&lt;/b&gt;')
  },
)

verifies(
  'oauth21-7-consent-phishing',
  'the page names the client, where it asks from, each scope in words and by name, and each resource',
  () => {
    const scopes = elements.filter((one) => one.parent?.attributes.class === 'scopes').map(({ text }) => text)
    expect(scopes).toEqual(['Read all your notes notes:read', 'Change your notes notes:write'])
    const resources = elements.filter((one) => one.parent?.attributes.class === 'resources').map(({ text }) => text)
    expect(resources).toEqual(['Notes https://notes.example/mcp'])
    expect(told({ scopes: [{ scope: 'odd', sentence: '', ticked: true }] })).toContain(
      'What it may do Untick what it should not be allowed to do. odd',
    )
    expect(told({ scopes: [], resources: [] })).toMatch(/It asks for no particular permission\. Where No particular server/)
    expect(row('Client')).toContain('Countersign CLI')
    expect(row('Asked from')).toContain('203.0.113.7')
  },
)

verifies('rfc10027-6.1.14-context', 'who asks, in whose name, for what, what approving causes, and to deny what one did not start', () => {
  const text = told({})
  expect(text).toContain('Something that calls itself Countersign CLI wants to sign in as Ada. Did you start this?')
  expect(text).toContain('If you approve, Countersign CLI can do this in your name, without asking again, until you revoke it.')
  expect(text).toContain('If it shows another code, or you have no such device in front of you, deny.')
})

verifies('seed-001-phishing-warning', 'before the buttons, the page warns of a code somebody sent, and tells how to report it', () => {
  const text = told({})
  const warning = 'Did somebody send you this code or link? Deny. Whoever sent it would get into your account.'
  expect(text).toContain(warning)
  expect(text.indexOf(warning)).toBeLessThan(text.indexOf('Deny Approve'))
  expect(the(elements, 'div', { id: 'phishing' }).text).toContain('And report it: the guard room, extension 7')
  expect(told({ operator: undefined })).not.toContain('report it')
})

verifies('rfc10027-6.1.14-decline-prominent', 'Enter denies, nothing has the focus, and both buttons look the same', () => {
  const [deny, approve] = select(inForm, 'button')
  // HTML: implicit submission presses the first submit button of the form. No other control of the form may come before it.
  expect(
    elements.filter((one) => ['button', 'input'].includes(one.tag) && /^(submit|image)$/.test(one.attributes.type ?? 'submit')),
  ).toEqual([the(elements, 'button', { class: 'quiet' }), deny, approve])
  expect(deny?.attributes).toMatchObject({ name: 'decision', value: 'deny' })
  expect(page).not.toContain('autofocus')
  expect(deny?.attributes.class).toBe('choice')
  expect(approve?.attributes.class).toBe('choice')
  // No rule may tell them apart: by place, by value, by name.
  for (const [selector] of styleSheet.matchAll(/[^{}]*\.choices?\b[^{}]*(?=\{)/g))
    expect(selector).not.toMatch(/:(?:first|last|nth|only|has|is|not)|\[|\+|~|>/)
  expect(styleSheet).not.toMatch(/approve\b|deny\b|formnovalidate/)
})

test('an approval without the tick comes back with an alert tied to the tick', () => {
  const again = readMarkup(decidePage({ ...decideView, error: 'not_confirmed' }))
  const alert = the(again, 'p', { role: 'alert' })
  expect(alert.text).toContain('If you did not, deny.')
  const tick = the(again, 'input', { id: 'confirmed' })
  expect(tick.attributes['aria-describedby']?.split(' ')).toContain(alert.attributes.id)
  expect(tick.attributes['aria-invalid']).toBe('true')
  expect(tick.attributes).not.toHaveProperty('checked')
})

verifies('oauth21-7-consent-phishing', 'each scope is a box in the form of the answer, ticked as the server says', () => {
  const boxes = (view: Partial<DecideView>) =>
    select(readMarkup(decidePage({ ...decideView, ...view })), 'input', { name: 'scope' }).map(({ attributes }) => [
      attributes.type,
      attributes.value,
      'checked' in attributes,
    ])
  expect(boxes({})).toEqual([
    ['checkbox', 'notes:read', true],
    ['checkbox', 'notes:write', true],
  ])
  expect(select(inForm, 'input', { name: 'scope' })).toHaveLength(2)
  const [read, write] = decideView.scopes as [DecideView['scopes'][0], DecideView['scopes'][0]]
  expect(boxes({ scopes: [read, { ...write, ticked: false }] })[1]).toEqual(['checkbox', 'notes:write', false])
  const long = `x${'y'.repeat(999)}`
  expect(boxes({ scopes: [{ scope: long, sentence: '', ticked: true }] })[0]?.[1]).toBe(long)
})

test('an approval of nothing comes back with an alert tied to the boxes, and not to the confirmation', () => {
  const again = readMarkup(decidePage({ ...decideView, error: 'nothing_ticked' }))
  expect(the(again, 'p', { role: 'alert' }).text).toContain('To allow nothing at all, deny.')
  for (const { attributes } of select(again, 'input', { name: 'scope' })) {
    expect(attributes).toMatchObject({ 'aria-describedby': 'problem', 'aria-invalid': 'true' })
  }
  expect(the(again, 'input', { id: 'confirmed' }).attributes['aria-describedby']).not.toContain('problem')
})

test('while the sign-in is too old for what is asked, the page denies or leads to signing in, and holds nothing that approves', () => {
  const scopes = decideView.scopes.map((scope, index) => ({ ...scope, risky: index === 1 }))
  const again = readMarkup(decidePage({ ...decideView, scopes, signInAgain: true }))
  const buttons = select(again, 'button', { class: 'choice' })
  expect(buttons.map(({ attributes }) => attributes.value)).toEqual(['deny', 'again'])
  expect(select(again, 'input').every(({ attributes }) => attributes.type === 'hidden')).toBe(true)
  const listed = select(again, 'ul', { class: 'resources' })[0]
  expect(again.filter(({ parent }) => parent === listed).map(({ text }) => text)).toEqual([
    'Read all your notes notes:read',
    'Change your notes sensitive notes:write',
  ])
  expect(the(again, 'p', { class: 'fresh' }).text).toContain('sign in again first')
})

test('time is told in whole minutes and seconds and never runs below zero', () => {
  for (const [seconds, words] of [
    [0, 'just now'],
    [1.9, '1 second ago'],
    [60, '1 minute ago'],
    [125, '2 minutes 5 seconds ago'],
    [-3, 'just now'],
  ] as const) {
    expect(row('Asked', { ageSeconds: seconds })).toContain(words)
  }
})
