import { beforeEach, expect, test } from 'vitest'
import { LANGUAGES, localIdentity } from '@countersign/authority'
import { messagesIn } from '../src/pages/index.ts'
import { type House, openHouse } from './house.ts'
import { openBrowser } from './person.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})

const html = { accept: 'text/html' }

test('each request is answered in its language, which the answer names together with what it was chosen by', async () => {
  for (const language of LANGUAGES) {
    const { signIn, lang, dir } = messagesIn(language)
    const { headers, body } = await house.send('GET', '/sign-in', { headers: { 'accept-language': language } })
    expect(headers).toMatchObject({ 'content-language': lang, vary: 'accept-language' })
    expect(body).toContain(`<html lang="${lang}" dir="${dir}">`)
    expect(body).toContain(`<h1>${signIn.title}</h1>`)
  }
  // RFC 9110 section 5.3: the field may come in several lines.
  const lines = await house.send('GET', '/sign-in', { headers: { 'accept-language': ['nl', 'fr;q=0.5'] } })
  expect(lines.headers['content-language']).toBe('fr')
})

test('no page on the way of a sign-in falls back into another language', async () => {
  const { userCode } = await (await house.device('ES256')).start({ countersign_supported: 'true' })
  const browser = openBrowser(house, { headers: { 'accept-language': 'de' } })
  await browser.signIn()
  const entered = await browser.enter(userCode)
  const de = messagesIn('de')
  expect(entered.body).toContain(de.decide.title)
  const approved = await browser.approve(entered)
  expect(approved.body).toContain(de.countersign.secret)
  const headers = { 'accept-language': 'de', ...html }
  const posted = { method: 'POST', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' } }
  const errors = await Promise.all([
    house.send('POST', '/sign-in', posted),
    house.send('GET', '/authorize', { headers }),
    house.send('GET', '/authorize/decide?request=unknown', { headers }),
    house.send('POST', '/devices', posted),
    house.send('GET', '/nowhere', { headers }),
  ])
  for (const { status, headers: sent, body } of errors) {
    if (status !== 303) expect(sent['content-language'], body.slice(0, 300)).toBe('de')
  }
  expect(errors.filter(({ status }) => status >= 400)).toHaveLength(4)
})

test('a way to sign in elsewhere speaks the language of its request', async () => {
  const elsewhere = await openHouse({
    identity: (ports) => {
      const { entrance, ...local } = localIdentity({ ...ports, hasher: house.hasher })
      const routes = {
        '/out': async (exchange: Parameters<typeof local.recognise>[0]) =>
          entrance.goOn(exchange, 'Corp', new URL('https://corp.example/')),
        '/back': async (exchange: Parameters<typeof local.recognise>[0]) => entrance.refuse(exchange, 'sign_in_ended'),
        '/in': async (exchange: Parameters<typeof local.recognise>[0]) => entrance.admit('nobody', undefined, 0, exchange),
        '/pressed': async (exchange: Parameters<typeof local.recognise>[0]) => {
          const pressed = await entrance.pressed(exchange)
          return 'status' in pressed ? pressed : { status: 204, headers: {}, body: '' }
        },
      }
      return { ...local, routes: { ...local.routes, ...routes } }
    },
  })
  const headers = { 'accept-language': 'ja', 'content-type': 'application/x-www-form-urlencoded' }
  for (const [method, path] of [
    ['GET', '/out'],
    ['GET', '/back'],
    ['GET', '/in'],
    ['POST', '/pressed'],
  ] as const) {
    expect((await elsewhere.send(method, path, { headers })).headers['content-language'], path).toBe('ja')
  }
})

test('the default of the operator is for browsers that ask for none of our languages, and one that we do not speak is refused', async () => {
  const spanish = await openHouse({ settings: { defaultLanguage: 'es' } })
  const languageOf = async (accepted?: string) =>
    (await spanish.send('GET', '/sign-in', { headers: { 'accept-language': accepted } })).headers['content-language']
  expect([await languageOf(), await languageOf('nl'), await languageOf('en')]).toEqual(['es', 'es', 'en'])
  await expect(openHouse({ settings: { defaultLanguage: 'nl' as 'de' } })).rejects.toThrow(
    'setting "defaultLanguage" must be one of en, ar,',
  )
})

test('what a program made wrong is told in English, and marked as such', async () => {
  const { body } = await house.send('GET', '/authorize', { headers: { 'accept-language': 'ar' } })
  expect(body).toMatch(/<p class="aside" lang="en" dir="ltr">invalid_request: [^<]+<\/p>/)
})

test('what programs read has no language', async () => {
  const { headers } = await house.send('GET', '/jwks', { headers: { 'accept-language': 'de' } })
  expect(headers['content-language']).toBeUndefined()
})
