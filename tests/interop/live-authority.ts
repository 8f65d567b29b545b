/** Our authority on a real port, as other people's clients find it, and a person who decides there over real HTTP. */
import { addAccount, addClient, createAuthority, masterKeys, memoryStore, type AuthorityOptions } from '@countersign/authority'
import { nodeSuite, systemClock } from '@countersign/node'
import { createHttpServer } from '@countersign/node/http'
import { keyedDigest } from '@countersign/proof'
import { DEFAULT_PACE, type Exchange, type Reply } from '@countersign/protocol'
import { expect, onTestFinished } from 'vitest'
import { countersignOn, openScriptlessBrowser, overHttp } from '../../examples/first-login/src/scriptless-browser.ts'

const PASSWORD = 'correct horse'

/**
 * Ends with the test. Polls come every second unless told otherwise, so that nobody waits long. Two public clients: `device-app` for the device grant, `code-app` for the code grant with a program on any loopback port.
 * @param path of the issuer, such as `/auth`
 */
export async function startAuthority(options: Partial<AuthorityOptions> = {}, path = '') {
  const suite = nodeSuite()
  const clock = options.clock ?? systemClock()
  const store = options.store ?? memoryStore(clock)
  const masterKey = suite.random(32)
  const hasher = { hash: async (text: string) => `plain:${text}`, verify: async (hash: string, text: string) => hash === `plain:${text}` }
  const failures: unknown[] = []
  // The issuer needs the port, and the port needs a listener: the authority comes last.
  const behind: Partial<Awaited<ReturnType<typeof createAuthority>>> = {}
  const exchanges: { readonly path: string; readonly sent: string; readonly answered: string }[] = []
  const answered = async (exchange: Exchange): Promise<Reply> => {
    const reply = await (behind.handle?.(exchange) ?? Promise.reject(new Error('not ready')))
    exchanges.push({ path: exchange.path, sent: exchange.body, answered: reply.body })
    return reply
  }
  const server = createHttpServer(answered, {
    onError: (error) => void failures.push(error),
  })
  const { port } = await server.listen(0)
  const origin = `http://127.0.0.1:${port}`
  const issuer = origin + path
  const settings = { pace: { ...DEFAULT_PACE, interval: 1 }, ...options.settings }
  Object.assign(behind, await createAuthority({ issuer, store, suite, clock, masterKey, identity: { hasher }, ...options, settings }))
  const subject = await addAccount({ store, suite, clock, hasher }, 'ada', PASSWORD)
  const digest = keyedDigest(suite, (await masterKeys(suite, masterKey)).digest)
  await addClient({ store, suite, clock, digest }, { id: 'device-app', name: 'Device app' })
  await addClient({ store, suite, clock, digest }, { id: 'code-app', name: 'Code app', redirectUris: ['http://127.0.0.1/callback'] })
  onTestFinished(async () => {
    await server.close(100)
    expect(failures).toEqual([])
  })

  async function decidePage(userCode: string, decision: 'approve' | 'deny') {
    const browser = openScriptlessBrowser(origin, overHttp(origin))
    const entry = await browser.signIn('ada', PASSWORD, `${path}/device`)
    const page = await browser[decision](await browser.submit(entry, '/device', { user_code: userCode }))
    if (page.status !== 200) throw new Error(`the decision was answered with ${page.status}`)
    return page
  }

  async function decide(userCode: string, decision: 'approve' | 'deny'): Promise<void> {
    await decidePage(userCode, decision)
  }

  /** Gives the number that the page shows for the device, if it shows one. */
  async function approve(userCode: string): Promise<string | undefined> {
    return countersignOn(await decidePage(userCode, 'approve'))
  }

  /** Follows a client's authorization request to its end; tells where the browser would go then. */
  async function answer(request: URL, decision: 'approve' | 'deny' = 'approve'): Promise<URL> {
    const browser = openScriptlessBrowser(origin, overHttp(origin))
    const page = await browser.signIn('ada', PASSWORD, request.href.slice(request.origin.length))
    const sent = await browser.submit(page, '/authorize/decide', { decision })
    expect(sent.status).toBe(303)
    return new URL(String(sent.headers['location']))
  }

  return { issuer, subject, store, suite, clock, digest, decide, approve, answer, exchanges }
}
