import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { type DevicesView, devicesPage, signInPage } from '../../src/pages/index.ts'
import { readMarkup, select, textOf, the } from './read-markup.ts'
import { deviceEntry, devicesView, site } from './views.ts'

const page = (view: Partial<DevicesView> = {}) => devicesPage({ ...devicesView, ...view })

/** Each entry as its heading and its facts, one to a line. */
function entries(view: Partial<DevicesView> = {}): string[] {
  const elements = readMarkup(page(view))
  const textOfAll = (tag: string, entry: (typeof elements)[0]) =>
    elements.filter((one) => one.tag === tag && isInside(one, entry)).map(({ text }) => text)
  return select(elements, 'li', { class: 'device' }).map((entry) => {
    const told = textOfAll('dd', entry)
    const facts = textOfAll('dt', entry).map((term, index) => `${term}: ${told[index]}`)
    return [...textOfAll('h2', entry), ...facts].join('\n')
  })
}

function isInside(one: { readonly parent: object | undefined }, other: object): boolean {
  return one.parent === other || (one.parent !== undefined && isInside(one.parent as typeof one, other))
}

verifies(
  'oauth21-7-consent-phishing',
  'each grant is told: client, device, scopes in words, resources, from where, since when, its protection',
  () => {
    const [first, second] = entries()
    for (const told of [
      'build-box-3\nClient: Calls itself Countersign CLI not verified registered as countersign-cli',
      'Device: Says it is build-box-3 not verified',
      'May: Read all your notes notes:readChange your notes notes:write',
      'Where: Notes https://notes.example/mcp',
      'Asked from: 203.0.113.7 says it uses countersign/0.1.0',
      'Approved: 3 days ago in a browser at 203.0.113.9',
      'Last seen: 2 hours ago',
      'Locked to a key on that device',
    ]) {
      expect(first).toContain(told)
    }
    expect(second).toMatch(/^Basement\nClient: /)
    expect(second).toContain('Says it is build-box-3 not verified')
    expect(second).toContain('Not locked to a device')
  },
)

test('what is not known is left out, and what is not said has words for it', () => {
  const [told] = entries({
    devices: [
      {
        ...deviceEntry,
        client: { id: 'gone', name: '' },
        deviceName: undefined,
        scopes: [],
        resources: [],
        askedFrom: undefined,
        approvedFrom: undefined,
        seenAgo: 3,
      },
    ],
  })
  expect(told).toMatch(
    /^a client without a name\nClient: a client without a name not verified registered as gone\nMay: Nothing in particular\n/,
  )
  expect(told).toContain('Last seen: just now')
  for (const absent of ['Asked from', 'in a browser', 'Says it is']) expect(told).not.toContain(absent)
})

test('every entry can be renamed and revoked by itself, and all of them together behind one more press', () => {
  const elements = readMarkup(page())
  for (const action of ['/auth/devices/revoke', '/auth/devices/rename']) {
    const forms = select(elements, 'form', { action, method: 'post' })
    const hidden = forms.map((form) => select(elements, 'input', { type: 'hidden' }).filter(({ parent }) => parent === form))
    expect(hidden.map((fields) => fields.map(({ attributes }) => [attributes.name, attributes.value]))).toEqual(
      ['grant-id', 'grant-2'].map((grant) => [
        ['csrf', 'form-secret'],
        ['page', 'devices'],
        ['grant', grant],
      ]),
    )
  }
  // Which of the buttons it is can be heard as well.
  expect(select(elements, 'button', { id: 'revoke-1' })[0]?.attributes['aria-labelledby']).toBe('revoke-1 device-1')
  expect(the(elements, 'h2', { id: 'device-1' }).text).toBe('Basement')
  expect(the(elements, 'form', { action: '/auth/devices/revoke-all' }).parent?.tag).toBe('details')
  expect(select(elements, 'input', { name: 'label' }).map(({ attributes }) => attributes.value)).toEqual(['', 'Basement'])
})

test('an empty list says so and offers what can be done; a long one tells how much is missing', () => {
  const empty = page({ devices: [] })
  expect(textOf(empty)).toContain('Nothing. Devices and programs that you approve are listed here')
  expect(select(readMarkup(empty), 'form').map(({ attributes }) => attributes.action)).toEqual(['/auth/sign-out'])
  expect(textOf(page({ notShown: 1 }))).toContain('1 older one is not shown')
  expect(textOf(page({ notShown: 7 }))).toContain('7 older ones are not shown')
})

test('what was just done is announced, with how long a token that is out may last', () => {
  const status = (done: DevicesView['done']) => the(readMarkup(page({ done, accessTokenLife: 600 })), 'p', { role: 'status' }).text
  expect(status('revoked')).toContain('ends within 10 minutes')
  expect(status('revoked_all')).toContain('ends within 10 minutes')
  expect(status('renamed')).toBe('Saved.')
  expect(select(readMarkup(page()), 'p', { role: 'status' })).toEqual([])
})

test('signing in for the list speaks of the list', () => {
  const text = textOf(signInPage({ ...site, csrf: 'form-secret', errand: { name: 'page', value: 'devices' } }))
  expect(text).toContain('Then you can see and revoke what you have approved.')
  expect(text).not.toContain('Go on only if')
})
