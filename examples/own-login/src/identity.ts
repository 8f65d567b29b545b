/** The identity port beside a login that is there already: who is signed in to the application decides here too. */
import { errandPath, type Identity } from '@countersign/authority'
import { headerOf } from '@countersign/protocol'

/** What your application knows already. */
export interface YourLogin {
  /** The person whose cookies these are. `browser` names this browser session, also after signing in again; nobody can guess it. */
  personOf(cookies: string): Promise<{ id: string; name: string; signedInAt: number; browser: string } | undefined>
  /** Somebody who may still come in. */
  find(id: string): Promise<{ name: string } | undefined>
}

/** @param base the path of the issuer: `/auth` for `https://app.example/auth`, empty for `https://app.example` */
export function yourIdentity(login: YourLogin, base: string): Identity {
  return {
    recognise: async (exchange) => {
      const person = await login.personOf(headerOf(exchange, 'cookie') ?? '')
      if (person === undefined) return undefined
      return { subject: person.id, name: person.name, authenticatedAt: person.signedInAt, browser: person.browser }
    },
    // `/login` is yours; afterwards it sends the browser to the path in `next`. `again`: ask for the password, whoever is signed in.
    signIn: async (_exchange, errand, again) => {
      const query = new URLSearchParams({ next: errandPath(base, errand), ...(again === undefined ? {} : { again: 'yes' }) })
      return { status: 303, headers: { location: `/login?${query.toString()}`, 'cache-control': 'no-store' }, body: '' }
    },
    isActive: async (subject) => (await login.find(subject)) !== undefined,
    nameOf: async (subject) => (await login.find(subject))?.name,
    routes: {},
  }
}
