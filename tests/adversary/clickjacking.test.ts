/**
 * Every page there is, whatever it says, in a frame of another site (RFC 9700 section 4.16). What a browser then does stands in
 * tests/flows/framing.test.ts; here nothing with a status of whatever kind leaves without the headers.
 */
import { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openApp } from '../../packages/authority/test/app.ts'
import { type House, openHouse } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'
import { openPasskeyHouse } from '../../packages/authority/test/passkeys/passkey-person.ts'

interface Shown {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

function expectUnframed(what: string, { status, headers, body }: Shown): void {
  const policy = String(headers['content-security-policy'])
  const told = {
    frames: headers['x-frame-options'],
    ancestors: /(?:^|; )frame-ancestors ([^;]*)/.exec(policy)?.[1],
    base: /(?:^|; )base-uri ([^;]*)/.exec(policy)?.[1],
    fallback: /(?:^|; )default-src ([^;]*)/.exec(policy)?.[1],
    sniff: headers['x-content-type-options'],
    opener: headers['cross-origin-opener-policy'],
  }
  expect(told, `${what} -> ${status} ${body.slice(0, 80)}`).toEqual({
    frames: 'DENY',
    ancestors: "'none'",
    base: "'none'",
    fallback: "'none'",
    sniff: 'nosniff',
    opener: 'same-origin',
  })
}

/** Sends everything of a few kinds to every path; what comes back as a page is looked at, and its status is told. */
async function visitEverything(house: House, headers: Readonly<Record<string, string>> = {}): Promise<ReadonlySet<number>> {
  const statuses = new Set<number>()
  const browser = openBrowser(house)
  await browser.signIn().catch(() => undefined)
  const stranger = openBrowser(house)
  const accept = { accept: 'text/html', ...headers }
  for (const path of [...house.authority.paths, '/nowhere', '/device/nowhere']) {
    for (const who of [browser, stranger]) {
      for (const [method, query, body, more] of [
        ['GET', '', '', {}],
        ['GET', '?user_code=WDJB-MJHT&request=x&page=devices&done=revoked', '', {}],
        ['GET', '?request=%ff', '', {}],
        ['GET', `?request=${'x'.repeat(43)}`, '', {}],
        ['HEAD', '', '', {}],
        ['POST', '', 'csrf=x&user_code=WDJB-MJHT&decision=approve', {}],
        ['POST', '', 'csrf=a&csrf=b', {}],
        ['POST', '', '{}', { 'content-type': 'application/json' }],
        ['PUT', '', '', {}],
        ['DELETE', '', '', {}],
      ] as const) {
        const reply = await who.visit(method, path + query, body, { ...accept, ...more })
        if (!String(reply.headers['content-type']).startsWith('text/html')) continue
        statuses.add(reply.status)
        expectUnframed(`${method} ${path}${query}`, reply)
      }
    }
  }
  return statuses
}

verifies('rfc9700-4.16-clickjacking', 'pages and errors of every path, signed in or not: none can be framed', async () => {
  for (const house of [await openHouse({ settings: { registration: 'open' } }), await openPasskeyHouse()]) {
    const statuses = await visitEverything(house)
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 403, 404, 405, 409]))
  }
})

test('nor when the server is in trouble: too many guesses, a store that is away, a fault of our own', async () => {
  const limited = await openHouse({
    settings: { guessing: { perBrowser: 0, perAccount: 0, perNetwork: 0, mistypesPerNetwork: 0, window: 3600 } },
  })
  const browser = openBrowser(limited)
  await browser.signIn()
  const { userCode } = await (await limited.device()).start()
  const refused = await browser.enter(userCode)
  expect(refused.status).toBe(429)
  expectUnframed('a spent limit', refused)
  for (const [fault, status] of [
    [new CountersignError('store_unavailable', 'away'), 503],
    [new TypeError('a fault of our own'), 500],
  ] as const) {
    const broken = await openHouse()
    const person = openBrowser(broken)
    await person.signIn()
    Object.assign(broken.store, { read: () => Promise.reject(fault), find: () => Promise.reject(fault) })
    const shown = await person.get('/device')
    expect(shown.status).toBe(status)
    expectUnframed(`a broken store ${status}`, shown)
  }
})

test('nor one page of a whole sign-in, approved, narrowed, denied, refused or countersigned, of a device or of a program', async () => {
  const house = await openHouse()
  const browser = openBrowser(house)
  const pages: Shown[] = [await browser.get('/device'), await browser.signIn('ada', 'wrong'), await browser.signIn()]
  for (const form of [{}, { countersign_supported: 'true' }]) {
    for (const address of ['203.0.113.9', '198.51.100.1']) {
      const who = openBrowser(house, { address })
      await who.signIn()
      const { userCode } = await (await house.device()).start(form)
      const page = await who.enter(userCode)
      pages.push(page, await who.submit(page, '/device/decide', { decision: 'approve' }), await who.approve(page), await who.approve(page))
    }
  }
  const { userCode } = await (await house.device()).start()
  pages.push(await browser.deny(await browser.enter(userCode)), await browser.get('/devices'))
  const app = await openApp(house)
  const asked = await browser.get(app.address())
  pages.push(
    asked,
    await browser.submit(asked, '/authorize/decide', { decision: 'approve', scope: [] }),
    await browser.get(app.address({ prompt: 'login' })),
    await browser.get(app.address({ redirect_uri: 'https://evil.example/' })),
  )
  for (const page of pages) expectUnframed('a sign-in', page)
  expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200, 400, 403, 409]))
  // The one page that lets a form lead away lets it lead to the checked address and nowhere else.
  expect(String(asked.headers['content-security-policy'])).toContain("form-action 'self' https://app.example;")
})
