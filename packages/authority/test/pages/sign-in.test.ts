/** The sign-in page with other places to sign in, and the page that goes on to one. */
import { expect, test } from 'vitest'
import { goOnPage, signInPage } from '../../src/pages/index.ts'
import { readMarkup, select } from './read-markup.ts'
import { site } from './views.ts'

const alternatives = [
  { name: 'Corp', path: '/sign-in/with/corp' },
  { name: 'Lab', path: '/sign-in/with/lab' },
]

test('each place to sign in is a form of its own that carries the secret and the errand; the password form stays', () => {
  const errand = { name: 'user_code', value: 'WDJ-BMJ-HTL' } as const
  const elements = readMarkup(signInPage({ ...site, csrf: 'form-secret', errand, alternatives }))
  expect(select(elements, 'form').map(({ attributes }) => [attributes['method'], attributes['action']])).toEqual([
    ['post', '/auth/sign-in/with/corp'],
    ['post', '/auth/sign-in/with/lab'],
    ['post', '/auth/sign-in'],
  ])
  const hidden = select(elements, 'input').filter(({ attributes }) => attributes['type'] === 'hidden')
  expect(hidden.map(({ attributes }) => `${attributes['name']}=${attributes['value']}`)).toEqual(
    Array.from({ length: 3 }, () => ['csrf=form-secret', 'user_code=WDJ-BMJ-HTL']).flat(),
  )
})

test('without passwords there is no field to type one into, and a problem is told all the same', () => {
  const elements = readMarkup(signInPage({ ...site, csrf: 'form-secret', passwords: false, error: 'limited', alternatives }))
  expect(select(elements, 'input').every(({ attributes }) => attributes['type'] === 'hidden')).toBe(true)
  expect(elements.filter(({ attributes }) => attributes['role'] === 'alert')).toHaveLength(1)
})

test('the page that goes on has a link for browsers that do not go by themselves, and leads nowhere but to the web', () => {
  const to = new URL('https://other.example/authorize?state=a&nonce=b')
  const elements = readMarkup(goOnPage({ ...site, name: 'Corp', to }))
  expect(select(elements, 'a').map(({ attributes }) => attributes['href'])).toEqual([to.href])
  const refresh = select(elements, 'meta').filter(({ attributes }) => 'http-equiv' in attributes)
  expect(refresh.map(({ attributes }) => attributes['content'])).toEqual([`0; url=${to.href}`])
  expect(() => goOnPage({ ...site, name: 'Corp', to: new URL('javascript:alert(1)') })).toThrow(TypeError)
})
