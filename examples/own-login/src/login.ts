/** The login that an application has already: people, passwords, a cookie, a page. In memory here; yours has a database. */
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import type { YourLogin } from './identity.ts'

export interface OwnLogin extends YourLogin {
  /** The Set-Cookie line for who typed the right name and password; `undefined` for everybody else. `cookies`: the browser's own. */
  signIn(typed: Readonly<Record<string, unknown>>, cookies: string): string | undefined
  /** The page with the form; `next` is a path of this site, where the browser goes on afterwards. */
  page(next: string, error?: string): string
  /** Somebody leaves. */
  remove(name: string): void
}

interface Person {
  /** Never given away twice; the name may be. */
  readonly id: string
  readonly name: string
  readonly salt: Buffer
  readonly hash: Buffer
}

interface Visit {
  readonly person: Person
  readonly signedInAt: number
}

const COOKIE = 'app'

/** With one person in it: Ada, whose password is "analytical engine". */
export function openLogin(): OwnLogin {
  const people = new Map([['ada', person('7', 'Ada', 'analytical engine')]])
  const visits = new Map<string, Visit>()

  function visitOf(cookies: string): (Visit & { readonly browser: string }) | undefined {
    const browser = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(cookies)?.[1] ?? ''
    const visit = visits.get(browser)
    return visit !== undefined && [...people.values()].includes(visit.person) ? { ...visit, browser } : undefined
  }

  return {
    personOf: async (cookies) => {
      const visit = visitOf(cookies)
      return visit && { id: visit.person.id, name: visit.person.name, signedInAt: visit.signedInAt, browser: visit.browser }
    },
    find: async (id) => [...people.values()].find((each) => each.id === id),
    signIn: ({ name, password }, cookies) => {
      const found = typeof name === 'string' ? people.get(name) : undefined
      if (found === undefined || typeof password !== 'string' || !timingSafeEqual(hashOf(password, found.salt), found.hash))
        return undefined
      // Who signs in again keeps the browser session, and what it has begun; for anybody else it is a new one.
      const before = visitOf(cookies)
      const browser = before?.person === found ? before.browser : randomBytes(24).toString('base64url')
      visits.set(browser, { person: found, signedInAt: Date.now() })
      return `${COOKIE}=${browser}; Path=/; HttpOnly; SameSite=Lax`
    },
    page: (next, error = '') => `<!doctype html>
<title>Sign in to the application</title>
<p>${error}</p>
<form method="post" action="/login">
<input type="hidden" name="next" value="${ownPath(next)}">
<label>Name <input name="name"></label>
<label>Password <input name="password" type="password"></label>
<button>Sign in</button>
</form>`,
    remove: (name) => void people.delete(name),
  }
}

/** A path of this site as it may be put into a page or a Location header; the front page in place of anything else. */
export function ownPath(text: unknown): string {
  return typeof text === 'string' && /^\/(?!\/)[\w\-./?=%]*$/.test(text) ? text : '/'
}

function person(id: string, name: string, password: string): Person {
  const salt = randomBytes(16)
  return { id, name, salt, hash: hashOf(password, salt) }
}

function hashOf(password: string, salt: Buffer): Buffer {
  return scryptSync(password, salt, 32)
}
