/** The built-in person: signs in with a password and presses through whatever plain forms the pages have. Our own pages and most others will do. */
import type { Code } from '../exam.ts'
import type { Wire } from '../wire/wire.ts'
import type { Approver } from './approver.ts'
import { type Browser, filled, type FormRequest, openBrowser, type Page } from './browser.ts'
import { kindOf, type PageKind } from './page-kinds.ts'

export interface Credentials {
  readonly name: string
  readonly password: string
}

/** A page that asks for yes or no, and what either answer would send. */
export interface Decision {
  readonly page: Page
  readonly approve: FormRequest
  readonly deny: FormRequest | undefined
  readonly browser: Browser
}

export interface FormPerson {
  /** A browser with nothing in it. */
  readonly openBrowser: () => Browser
  /** Signs in by way of the page where codes are entered, and stays where that leads. */
  readonly signIn: (browser: Browser, code: Pick<Code, 'verificationUri'>) => Promise<Page>
  /** Goes on, form by form, as far as yes or no; `undefined` when no page asks. */
  readonly reach: (browser: Browser, code: Code, start?: Page) => Promise<Decision | undefined>
  /** Types a code into the page where codes are entered; `undefined` when the page has no such form. */
  readonly enter: (browser: Browser, page: Page, typed: string) => Promise<Page | undefined>
  /** Sends an answer and goes on through what still comes, such as a sign-in that is asked for late. */
  readonly press: (browser: Browser, request: FormRequest) => Promise<Page>
}

const MOST_PAGES = 8

/** Drives the pages of a server with these credentials. */
export function formApprover(wire: Wire, credentials: Credentials): Approver & { readonly forms: FormPerson } {
  async function signedIn(browser: Browser, page: Page, found: PageKind & { kind: 'sign-in' }): Promise<Page> {
    const typed = { ...(found.name === undefined ? {} : { [found.name]: credentials.name }), [found.password]: credentials.password }
    return browser.send(filled(page, found.form, found.form.buttons[0], typed))
  }

  const reach: FormPerson['reach'] = async (browser, code, start) => {
    let page = start ?? (await browser.visit(code.verificationUriComplete ?? code.verificationUri))
    let isEntered = false
    for (let turn = 0; turn < MOST_PAGES; turn++) {
      const found = kindOf(page)
      // A code that was not taken is not entered again: every try counts.
      if (found.kind === 'code' && isEntered) return undefined
      isEntered ||= found.kind === 'code'
      if (found.kind === 'decision') {
        const deny = found.deny && filled(page, found.form, found.deny, {})
        return { page, browser, approve: filled(page, found.form, found.approve, {}), deny }
      }
      if (found.kind === 'end' || page.answer.status >= 500) return undefined
      page = await onward(browser, page, found, code.userCode)
    }
    return undefined
  }

  async function onward(browser: Browser, page: Page, found: Exclude<PageKind, { kind: 'end' }>, userCode: string): Promise<Page> {
    if (found.kind === 'sign-in') return signedIn(browser, page, found)
    if (found.kind === 'code') return browser.send(filled(page, found.form, found.form.buttons[0], { [found.field]: userCode }))
    if (found.kind === 'decision') return browser.send(filled(page, found.form, found.approve, {}))
    return browser.send(filled(page, found.form, found.button, {}))
  }

  const press: FormPerson['press'] = async (browser, request) => {
    let page = await browser.send(request)
    for (let turn = 0; turn < MOST_PAGES; turn++) {
      const found = kindOf(page)
      if (found.kind === 'end' || found.kind === 'code' || page.answer.status >= 400) return page
      page = await onward(browser, page, found, '')
    }
    return page
  }

  const forms: FormPerson = {
    openBrowser: () => openBrowser(wire),
    signIn: async (browser, { verificationUri }) => {
      let page = await browser.visit(verificationUri)
      const found = kindOf(page)
      if (found.kind === 'sign-in') page = await signedIn(browser, page, found)
      return page
    },
    reach,
    enter: async (browser, page, typed) => {
      const found = kindOf(page)
      return found.kind === 'code' ? browser.send(filled(page, found.form, found.form.buttons[0], { [found.field]: typed })) : undefined
    },
    press,
  }

  const own = openBrowser(wire)
  return {
    forms,
    decide: async (code, decision) => {
      const asked = await reach(own, code)
      // Where nothing asks, the code may be approved already: the next poll tells.
      if (asked === undefined && decision === 'approve') return
      const request = decision === 'approve' ? asked?.approve : asked?.deny
      if (request === undefined) throw new Error('no page had a way to deny the code')
      // Whoever denies does not go on through what follows: there is nothing more to agree to.
      if (decision === 'deny') await own.send(request)
      else await press(own, request)
    },
  }
}
