/** Passkeys at a server as it is started, and the operator beside it. */
import { expect, test } from 'vitest'
import { freePorts } from '../../../examples/first-login/src/programs.ts'
import { openScriptlessBrowser, overHttp, visibleText } from '../../../examples/first-login/src/scriptless-browser.ts'
import { openAuthenticator } from '../../authority/test/passkeys/authenticator.ts'
import { askedOn } from '../../authority/test/passkeys/passkey-person.ts'
import { ownDirectory } from './directory.ts'
import { administrate, browserOn, start } from './running.ts'

/** A server under a name, which passkeys take, and Ada with an authenticator. */
async function house() {
  const [port = 0] = await freePorts(1)
  const issuer = `http://localhost:${port}`
  const server = await start(ownDirectory(), { issuer, listen: { host: '127.0.0.1', port } })
  const admin = await administrate(server)
  await admin.addUser('ada', 'correct horse')
  const browser = openScriptlessBrowser(issuer, overHttp(issuer))
  const authenticator = openAuthenticator({ origin: issuer })
  const add = async (name: string) => {
    const page = await browser.get('/passkeys')
    const { kept, create } = authenticator.kept.length === 0 ? authenticator : openAuthenticator({ origin: issuer })
    const asked = askedOn(page)
    if (asked === undefined) throw new Error(`no passkey can be added: ${visibleText(page)}`)
    const added = await browser.submit(page, '/passkeys/add', { name, ...create(asked) })
    return { added, kept }
  }
  const use = async () => {
    const page = await browser.get('/sign-in')
    return browser.submit(page, '/sign-in/passkey', authenticator.get(askedOn(page) ?? { challenge: '' }))
  }
  return { server, admin, browser, add, use }
}

test('a passkey that was added signs in; the operator sees it and takes it away, and no key is in the log', async () => {
  const { server, admin, browser, add, use } = await house()
  await browser.signIn('ada', 'correct horse')
  const { added, kept } = await add('laptop')
  expect(visibleText(added)).toContain('Added.')
  const [listed] = await admin.listUserPasskeys('ada')
  expect(listed).toEqual({ id: expect.any(String), name: 'laptop', addedAt: expect.any(Number) })
  await browser.submit(added, '/sign-out', {})
  expect(visibleText(await use())).toContain('Signed in as ada')
  expect((await admin.listUserPasskeys('ada'))[0]?.usedAt).toBeGreaterThanOrEqual(listed?.addedAt ?? Infinity)
  await add('phone')
  await browser.submit(await browser.get('/device'), '/sign-out', {})
  await expect(admin.removeUserPasskeys('ada', { id: 'unknown' })).rejects.toMatchObject({ code: 'usage' })
  expect(await admin.removeUserPasskeys('ada', { id: listed?.id ?? '' })).toBe(1)
  expect((await use()).status).toBe(403)
  expect(await admin.removeUserPasskeys('ada', 'all')).toBe(1)
  expect(await admin.listUserPasskeys('ada')).toEqual([])
  const log = server.log.join('\n')
  expect(log).toContain(`account.passkey_added passkey=${listed?.id} subject=`)
  expect(log).toContain('account.passkey_refused')
  expect(log).not.toContain(kept[0]?.id)
})

test('at a bare address, and where nobody signs in with an account of this server, there are none', async () => {
  expect(askedOn(await browserOn(await start(ownDirectory())).get('/sign-in'))).toBeUndefined()
  const [port = 0] = await freePorts(1)
  const issuer = `http://localhost:${port}`
  const identityProviders = [{ id: 'corp', name: 'Corp', issuer: 'https://corp.example', clientId: 'x' }]
  const listen = { host: '127.0.0.1', port }
  await start(ownDirectory(), { issuer, listen, identityProviders, localAccounts: false })
  const page = await openScriptlessBrowser(issuer, overHttp(issuer)).get('/sign-in')
  expect([askedOn(page), page.status, page.body.includes('Sign in with')]).toEqual([undefined, 200, true])
})
