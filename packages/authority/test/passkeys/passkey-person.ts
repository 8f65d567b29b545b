/** A person with an authenticator, at pages whose script somebody else runs: reads what a form asks for, and puts the answer into it. */
import type { Account, AuthorityOptions } from '@countersign/authority'
import { passkeyVerifier } from '../../../server/src/passkey-verifier.ts'
import { type Filled, type Page, visibleText } from '../../../../examples/first-login/src/scriptless-browser.ts'
import { hasher, type House, ISSUER, openHouse } from '../house.ts'
import { openBrowser } from '../person.ts'
import { type Asked, type Authenticator, type AuthenticatorOptions, openAuthenticator, type Wrong } from './authenticator.ts'

/** A house in which people may sign in with passkeys. */
export function openPasskeyHouse(options: Partial<AuthorityOptions> = {}): Promise<House> {
  return openHouse({ identity: { hasher, passkeys: passkeyVerifier() }, ...options })
}

/** As if the account of Ada had been made for passkeys alone. */
export async function takePassword({ store, subject }: House): Promise<void> {
  const row = (await store.read('account', subject)) as { version: number; value: Account }
  const { passwordHash: _, ...value } = row.value
  await store.swap({ kind: 'account', id: subject, version: row.version, value })
}

/** What the form for a passkey asks for, if the page has one. */
export function askedOn({ body }: Pick<Page, 'body'>): Asked | undefined {
  const [, written] = /<form[^>]* data-passkey="([^"]*)"/.exec(body) ?? []
  if (written === undefined) return undefined
  return JSON.parse(written.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')) as Asked
}

/** A browser with an authenticator of its own. */
export function openPerson(house: House, options: Partial<AuthenticatorOptions> & { readonly address?: string } = {}) {
  const { address, ...more } = options
  const authenticator: Authenticator = openAuthenticator({ origin: ISSUER, ...more })
  const browser = openBrowser(house, address === undefined ? {} : { address })
  const wanted = (page: Pick<Page, 'body'>): Asked => {
    const asked = askedOn(page)
    if (asked === undefined) throw new Error(`nothing is asked of a passkey on this page: ${visibleText(page)}`)
    return asked
  }
  return {
    ...browser,
    authenticator,
    asked: wanted,
    /** Adds a passkey on the page of passkeys, or on a page that was opened before. */
    add: async (name = 'laptop', wrong: Wrong = {}, page?: Page, fields: Filled = {}) => {
      const opened = page ?? (await browser.get('/passkeys'))
      return browser.submit(opened, '/passkeys/add', { name, ...authenticator.create(wanted(opened), wrong), ...fields })
    },
    /** Presses the button for a passkey on a page to sign in. */
    use: async (page: Page, wrong: Wrong = {}, fields: Filled = {}) =>
      browser.submit(page, '/sign-in/passkey', { ...authenticator.get(wanted(page), wrong), ...fields }),
    signOut: async () => browser.submit(await browser.get('/device'), '/sign-out', {}),
  }
}

export type Person = ReturnType<typeof openPerson>
