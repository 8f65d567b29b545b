/** A person who decides about codes in the real pages, one after the other, and tries again as people do when a page does not come. */
import { openScriptlessBrowser, type Page } from '../../../examples/first-login/src/scriptless-browser.ts'
import { ask, outcomeOfPage } from './ask.ts'
import { type House, wait } from './crowd.ts'
import { NAME, PASSWORD } from './nodes.ts'
import type { Asked, Outcome } from './record.ts'

export interface Task {
  readonly login: string
  readonly userCode: string
  readonly decision: 'approve' | 'deny'
}

export interface Person {
  readonly decide: (task: Task) => void
  /** Does what is left to do, and goes. */
  readonly end: () => Promise<void>
}

export async function openPerson(house: House, who: string): Promise<Person> {
  const { nodes, record } = house
  const browser = openScriptlessBrowser(nodes.issuer, async ({ method, path, headers, body }) => {
    const { pathname, search } = new URL(path, nodes.issuer)
    return ask(house.somewhere() + pathname + search, { method, headers, body })
  })
  const entry = await browser.signIn(NAME, PASSWORD)
  if (entry.status !== 200) throw new Error(`signing in was answered with ${entry.status}`)

  /** Types a code where codes go; gives whatever page came instead, when that one did not come. */
  async function enter(userCode: string): Promise<Page> {
    const entry = await browser.get('/device')
    return entry.body.includes('name="user_code"') ? browser.submit(entry, '/device', { user_code: userCode }) : entry
  }

  const tasks: Task[] = []
  let ended = false
  /** Writes down what came of something done in the browser; gives the page when it is the one that was expected. */
  async function tell(asked: Asked, login: string, act: () => Promise<Page>, expected: (page: Page) => boolean) {
    const sent = record.now()
    const page = await act().catch(() => undefined)
    const outcome: Outcome = page === undefined ? 'lost' : expected(page) ? 'done' : outcomeOfPage(page)
    record.add({ who, asked, login, sent, answered: record.now(), outcome, bound: false })
    return { outcome, page }
  }
  async function decide({ login, userCode, decision }: Task): Promise<void> {
    const until = record.now() + house.lifeMs
    for (let pause = 1; record.now() < until; pause = Math.min(pause * 2, 4)) {
      const entered = await tell(
        'enter',
        login,
        () => enter(userCode),
        ({ body }) => body.includes('action="/device/decide"'),
      )
      if (entered.outcome === 'done') {
        const said = decision === 'approve' ? /<h1[^>]*>Approved</ : /<h1[^>]*>Denied</
        const { outcome } = await tell(
          decision,
          login,
          () => browser[decision](entered.page as Page),
          ({ body }) => said.test(body),
        )
        if (outcome === 'done' || outcome === 'refused') return
      }
      // What must not come is judged later; the next one is waiting.
      if (entered.outcome === 'refused' || entered.outcome.startsWith('wrong')) return
      await wait(house, pause)
    }
  }
  const working = (async () => {
    while (!ended || tasks.length > 0) {
      const task = tasks.shift()
      if (task === undefined) await wait(house, 0.5)
      else await decide(task)
    }
  })()
  return {
    decide: (task) => void tasks.push(task),
    end() {
      ended = true
      return working
    },
  }
}
