/** A person with a browser that runs no script: keeps cookies, reads forms, presses buttons. */
import type { Reply } from '@countersign/protocol'
import type { Form, House } from './house.ts'
import { ISSUER } from './house.ts'

export interface Browsing {
  readonly address?: string
  readonly headers?: Record<string, string>
}

export function openBrowser(house: House, { address = '198.51.100.9', headers = {} }: Browsing = {}) {
  const cookies = new Map<string, string>()

  async function visit(method: string, path: string, body = '', more: Record<string, string> = {}): Promise<Reply> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const reply = await house.send(method, path, {
      body,
      remoteAddress: address,
      headers: {
        ...(method === 'POST'
          ? { 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER, 'sec-fetch-site': 'same-origin' }
          : {}),
        ...(cookie === '' ? {} : { cookie }),
        ...headers,
        ...more,
      },
    })
    for (const line of [reply.headers['set-cookie'] ?? []].flat()) {
      const [pair = '', ...attributes] = line.split('; ')
      const [name = '', value = ''] = pair.split('=')
      if (attributes.includes('Max-Age=0')) cookies.delete(name)
      else cookies.set(name, value)
    }
    const location = reply.headers['location']
    if (reply.status === 303 && typeof location === 'string') return visit('GET', location)
    return reply
  }

  /** Sends the form of a page whose action ends in `action`, with its hidden fields and the given ones. */
  async function submit(page: Reply, action: string, fields: Form, more: Record<string, string> = {}): Promise<Reply> {
    const form = [...page.body.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].find(([, target]) =>
      target?.endsWith(action),
    )
    if (form === undefined) throw new Error(`no form for ${action} on: ${page.status} ${page.body.replace(/<[^>]*>/g, ' ').slice(0, 300)}`)
    const hidden = [...(form[2] ?? '').matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ])
    return visit('POST', action, new URLSearchParams({ ...Object.fromEntries(hidden), ...fields }).toString(), more)
  }

  const get = (path: string) => visit('GET', path)

  return {
    cookies,
    visit,
    submit,
    get,
    signIn: async (name = 'ada', password = 'correct horse', path = '/device') => submit(await get(path), '/sign-in', { name, password }),
    enter: async (userCode: string) => submit(await get('/device'), '/device', { user_code: userCode }),
    approve: (page: Reply) => submit(page, '/device/decide', { confirmed: 'yes', decision: 'approve' }),
    deny: (page: Reply) => submit(page, '/device/decide', { decision: 'deny' }),
  }
}

/** Signs in, enters the code and decides. */
export async function decide(house: House, userCode: string, decision: 'approve' | 'deny'): Promise<Reply> {
  const browser = openBrowser(house)
  await browser.signIn()
  return browser[decision](await browser.enter(userCode))
}
