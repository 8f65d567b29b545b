/**
 * A person with a browser that runs no script, over any transport: keeps cookies, follows redirects, reads forms, presses buttons.
 * It knows the pages only by what a person sees: forms, their fields and their buttons.
 */

/** What a transport is asked to send. Header names are lower case. */
export interface PageRequest {
  readonly method: string
  /** As the page has it: a path with its query, or a whole address. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
export interface Page {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}
export type Transport = (request: PageRequest) => Promise<Page>
export type Fields = Readonly<Record<string, string>>
/** What is typed into a form; boxes that share a name are ticked together, and an empty list leaves them unticked. */
export type Filled = Readonly<Record<string, string | readonly string[]>>

/** Opens a browser on one site. `headers` go with every request. */
export function openScriptlessBrowser(origin: string, send: Transport, headers: Fields = {}) {
  const cookies = new Map<string, string>()

  async function visit(method: string, path: string, body = '', more: Fields = {}): Promise<Page> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const posted = { 'content-type': 'application/x-www-form-urlencoded', origin, 'sec-fetch-site': 'same-origin' }
    const page = await send({
      method,
      path,
      body,
      headers: { ...(method === 'POST' ? posted : {}), ...(cookie === '' ? {} : { cookie }), ...headers, ...more },
    })
    for (const line of [page.headers['set-cookie'] ?? []].flat()) keepCookie(cookies, line)
    const location = page.headers['location']
    // What leads away from the site is left for whoever waits there.
    if (page.status === 303 && typeof location === 'string' && new URL(location, origin).origin === origin) return visit('GET', location)
    return page
  }

  /** Sends the form of a page whose action ends in `action`, with its hidden fields, its ticked boxes and the given fields. */
  async function submit(page: Page, action: string, fields: Filled, more: Fields = {}): Promise<Page> {
    const form = [...page.body.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].find(([, target]) =>
      target?.endsWith(action),
    )
    if (form === undefined)
      throw new Error(`no form for ${action} on a page with status ${page.status}: ${visibleText(page).slice(0, 300)}`)
    const sent = new URLSearchParams()
    for (const [, name = '', value = ''] of (form[2] ?? '').matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g))
      sent.set(name, value)
    for (const [, name = '', value = ''] of (form[2] ?? '').matchAll(
      /<input type="checkbox" id="[^"]*" name="([^"]*)" value="([^"]*)" checked/g,
    ))
      sent.append(name, value)
    for (const [name, value] of Object.entries(fields)) {
      sent.delete(name)
      for (const each of [value].flat()) sent.append(name, each)
    }
    return visit('POST', form[1] ?? action, sent.toString(), more)
  }

  const get = (path: string) => visit('GET', path)
  return {
    cookies,
    visit,
    submit,
    get,
    signIn: async (name: string, password: string, path = '/device') => submit(await get(path), '/sign-in', { name, password }),
    enter: async (userCode: string) => submit(await get('/device'), '/device', { user_code: userCode }),
    approve: (page: Page) => submit(page, '/device/decide', { confirmed: 'yes', decision: 'approve' }),
    deny: (page: Page) => submit(page, '/device/decide', { decision: 'deny' }),
  }
}

/** Real HTTP. Redirects are left to the browser, which must see their cookies. */
export function overHttp(origin: string): Transport {
  return async ({ method, path, headers, body }) => {
    const response = await fetch(new URL(path, origin), { method, headers, redirect: 'manual', ...(method === 'POST' ? { body } : {}) })
    const text = await response.text()
    return {
      status: response.status,
      headers: { ...Object.fromEntries(response.headers), 'set-cookie': response.headers.getSetCookie() },
      body: text,
    }
  }
}

/** The words of a page. */
export function visibleText({ body }: Pick<Page, 'body'>): string {
  return body
    .replace(/<wbr>/g, '')
    .replace(/<(script|style|title)[\s\S]*?<\/\1>|<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The number that the page wants typed on the device, if it shows one. */
export function countersignOn({ body }: Pick<Page, 'body'>): string | undefined {
  return /<span class="unseen">(\d(?: \d)+)<\/span>/.exec(body)?.[1]?.replaceAll(' ', '')
}

function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  const [name = '', value = ''] = pair.split('=')
  if (attributes.includes('Max-Age=0')) cookies.delete(name)
  else cookies.set(name, value)
}
