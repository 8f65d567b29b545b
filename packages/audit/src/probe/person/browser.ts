/** A browser without scripts: cookies, redirects, forms. One browser is one profile; nothing is shared between two. */
import { type Answer, headerOf } from '../wire/exchange.ts'
import type { Wire } from '../wire/wire.ts'
import type { FormButton, HtmlForm } from './html-forms.ts'

export interface Page {
  readonly url: string
  readonly answer: Answer
}

/** A request that a form makes, before it is sent. */
export interface FormRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** The address of the page with the form. */
  readonly from: string
}

export interface Cookie {
  readonly name: string
  readonly value: string
  /** Lower case; empty when the server left it to the browser. */
  readonly sameSite: string
}

export interface Browser {
  readonly visit: (url: string) => Promise<Page>
  /** Sends what a form asks for, as a browser does from the page of that form. */
  readonly send: (request: FormRequest, changed?: Changed) => Promise<Page>
  readonly cookies: () => readonly Cookie[]
}

export interface Changed {
  /** Without any cookie. */
  readonly withoutCookies?: boolean
  /** In place of the site's own, as from a page elsewhere. */
  readonly origin?: string
}

const MOST_REDIRECTS = 8

export function openBrowser(wire: Wire): Browser {
  const jar = new Map<string, Cookie & { readonly host: string }>()

  function keep(url: string, answer: Answer): void {
    const { hostname } = new URL(url)
    for (const line of answer.headers.get('set-cookie') ?? []) {
      const [pair = '', ...attributes] = line.split(/;\s*/)
      const name = pair.slice(0, pair.indexOf('='))
      const value = pair.slice(pair.indexOf('=') + 1)
      const key = `${hostname} ${name}`
      const has = (pattern: RegExp) => attributes.map((each) => pattern.exec(each)?.[1]).find((found) => found !== undefined)
      const isGone = value === '' || has(/^max-age=(0|-\d+)$/i) !== undefined || Date.parse(has(/^expires=(.*)$/i) ?? '') < 86_400_000
      if (isGone) jar.delete(key)
      else jar.set(key, { name, value, host: hostname, sameSite: (has(/^samesite=(.*)$/i) ?? '').toLowerCase() })
    }
  }

  async function go(
    method: string,
    url: string,
    body: string,
    more: Readonly<Record<string, string>>,
    withoutCookies = false,
  ): Promise<Page> {
    let next = { method, url, body, more }
    for (let hop = 0; ; hop++) {
      const { hostname } = new URL(next.url)
      const own = withoutCookies ? [] : [...jar.values()].filter(({ host }) => host === hostname)
      const cookie = own.map(({ name, value }) => `${name}=${value}`).join('; ')
      const headers = { accept: 'text/html', 'accept-language': 'en', ...next.more, ...(cookie === '' ? {} : { cookie }) }
      const answer = await wire.send({ method: next.method, url: next.url, headers, body: next.body })
      if (!withoutCookies) keep(next.url, answer)
      const location = headerOf(answer, 'location')
      if (answer.status < 300 || answer.status > 399 || location === '' || hop === MOST_REDIRECTS) return { url: next.url, answer }
      next = { method: 'GET', url: new URL(location, next.url).href, body: '', more: {} }
    }
  }

  return {
    visit: (url) => go('GET', url, '', {}),
    send: ({ method, url, fields, from }, { withoutCookies, origin } = {}) => {
      const form = new URLSearchParams(fields.map(([name, value]) => [name, value])).toString()
      if (method === 'GET') {
        const target = new URL(url)
        target.search = form
        return go('GET', target.href, '', { referer: from }, withoutCookies)
      }
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        origin: origin ?? new URL(from).origin,
        referer: origin === undefined ? from : `${origin}/`,
        'sec-fetch-site': origin === undefined ? 'same-origin' : 'cross-site',
      }
      return go('POST', url, form, headers, withoutCookies)
    },
    cookies: () => [...jar.values()],
  }
}

/** What a form sends when this button is pressed and these fields are filled in; boxes stay as the page has them unless told. */
export function filled(page: Page, form: HtmlForm, button: FormButton | undefined, typed: Readonly<Record<string, string>>): FormRequest {
  const fields: [string, string][] = []
  for (const { name, type, value, isChecked, isRequired } of form.fields) {
    if (name === '') continue
    const given = typed[name]
    if (type === 'checkbox' || type === 'radio') {
      if (isChecked || isRequired || given === 'on') fields.push([name, value])
    } else fields.push([name, given ?? value])
  }
  if (button !== undefined && button.name !== '') fields.push([button.name, button.value])
  return { method: form.method, url: new URL(form.action === '' ? page.url : form.action, page.url).href, fields, from: page.url }
}
