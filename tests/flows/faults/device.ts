/**
 * A device that keeps the rules of RFC 8628: one code, polled at its interval, slower when told and when nothing comes back, and over with the
 * first answer that ends it. Then it uses what it got: looks, refreshes, and some give it back.
 */
import { ask, fieldsOf, outcomeOf, type Reply } from './ask.ts'
import { digestOf, type House, wait } from './crowd.ts'
import type { DeviceKey } from './device-key.ts'
import { RESOURCE } from './nodes.ts'
import type { Person } from './person.ts'
import type { Asked, Entry, Outcome } from './record.ts'

const CLIENT = 'countersign-cli'
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'
/** Answers to a poll that end it. */
const ENDS = new Set<Outcome>(['done', 'access_denied', 'expired_token', 'invalid_grant'])
const OPEN = new Set<Outcome>(['lost', 'unavailable'])
/** A nonce that one server gave may not be good at the next, whose clock is another. */
const NONCES = 4

export type Decided = 'approve' | 'deny' | 'never'

/** One login, and what is left of it. */
export interface Login {
  readonly id: string
  readonly deviceCode: string
  readonly wish: Decided
  /** Whether it ended with tokens, and they were not given back since. */
  alive: boolean
  refreshToken: string
  accessToken: string
}

export interface Device {
  /** One login from its first request to its end; `undefined` when it did not even get a code before everybody stopped. */
  readonly signIn: (wish: Decided, person: Person) => Promise<Login | undefined>
  /** Looks, refreshes, looks; gives it back when told so. */
  readonly use: (login: Login, giveBack: boolean) => Promise<void>
  /** Asks once more for everything, when all is over: what counts then? */
  readonly close: (login: Login) => Promise<void>
}

export function openDevice(house: House, who: string, key: DeviceKey | undefined, nextLogin: () => string): Device {
  const { record, nodes } = house
  let nonce: string | undefined

  async function post(path: string, form: Readonly<Record<string, string>>, accessToken?: string): Promise<Reply> {
    const proof = key && { dpop: await key.prove(`${nodes.issuer}${path}`, nodes.now(), { nonce, accessToken }) }
    const scheme = key === undefined ? 'Bearer' : 'DPoP'
    const bearer = accessToken === undefined ? {} : { authorization: `${scheme} ${accessToken}` }
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...proof, ...bearer }
    const reply = await ask(house.somewhere() + path, { method: 'POST', headers, body: new URLSearchParams(form).toString() })
    const fresh = reply.headers['dpop-nonce']
    if (typeof fresh === 'string') nonce = fresh
    return reply
  }
  /** Asks, as often as a nonce is asked for, and writes down what came. */
  async function tell(asked: Asked, login: string, send: () => Promise<Reply>, more: (fields: Fields) => Partial<Entry> = () => ({})) {
    for (let left = NONCES; ; left--) {
      const sent = record.now()
      const reply = await send().catch(() => undefined)
      const outcome = reply === undefined ? 'lost' : outcomeOf(reply)
      const fields = reply === undefined ? {} : fieldsOf(reply)
      const named = login === '' && outcome === 'done' ? nextLogin() : login
      record.add({ who, asked, login: named, sent, answered: record.now(), outcome, bound: key !== undefined, ...more(fields) })
      if (outcome !== 'use_dpop_nonce' || left === 0) return { outcome, fields, login: named }
    }
  }
  const poll = ({ id, deviceCode }: Login) =>
    tell('poll', id, () => post('/token', { grant_type: DEVICE_CODE, client_id: CLIENT, device_code: deviceCode }))
  const look = ({ id, accessToken }: Login) => tell('look', id, () => post('/userinfo', {}, accessToken))

  async function refresh(login: Login): Promise<Outcome> {
    const presented = login.refreshToken
    const form = { grant_type: 'refresh_token', client_id: CLIENT, refresh_token: presented }
    const noted = ({ refresh_token: next }: Fields) => ({
      presented: digestOf(presented),
      ...(typeof next === 'string' ? { got: digestOf(next) } : {}),
    })
    const { outcome, fields } = await tell('refresh', login.id, () => post('/token', form), noted)
    if (outcome === 'done') take(login, fields)
    return outcome
  }
  /** Until there is an answer; each time after a longer while. */
  async function insist(act: () => Promise<Outcome>): Promise<Outcome> {
    for (let pause = 2; ; pause = Math.min(pause * 2, 10)) {
      const outcome = await act()
      if (!OPEN.has(outcome) && outcome !== 'use_dpop_nonce') return outcome
      await wait(house, pause)
    }
  }

  async function begin(
    wish: Decided,
  ): Promise<{ readonly login: Login; readonly userCode: string; readonly interval: number } | undefined> {
    for (let pause = 2; !house.stopping(); pause = Math.min(pause * 2, 10)) {
      const {
        outcome,
        fields,
        login: id,
      } = await tell('issue', '', () => post('/device_authorization', { client_id: CLIENT, resource: RESOURCE }))
      const { device_code: deviceCode, user_code: userCode, interval } = fields
      if (outcome === 'done' && typeof deviceCode === 'string' && typeof userCode === 'string' && typeof interval === 'number') {
        return { login: { id, deviceCode, wish, alive: false, refreshToken: '', accessToken: '' }, userCode, interval }
      }
      await wait(house, pause)
    }
    return undefined
  }

  return {
    async signIn(wish, person) {
      const begun = await begin(wish)
      if (begun === undefined) return undefined
      const { login, userCode } = begun
      if (wish !== 'never') person.decide({ login: login.id, userCode, decision: wish })
      let { interval } = begun
      const until = record.now() + 3 * house.lifeMs
      for (let pause = interval; record.now() < until; ) {
        await wait(house, pause)
        const { outcome, fields } = await poll(login)
        if (outcome === 'done') {
          take(login, fields)
          login.alive = true
        }
        if (ENDS.has(outcome) || outcome.startsWith('wrong')) return login
        // RFC 8628 section 3.5: five seconds more after slow_down; longer and longer while there is no answer.
        if (outcome === 'slow_down') interval = typeof fields['interval'] === 'number' ? fields['interval'] : interval + 5
        pause = OPEN.has(outcome) ? Math.min(pause * 2, 2 * interval) : interval
      }
      return login
    },
    async use(login, giveBack) {
      await look(login)
      for (let times = 0; times < 2 && login.alive; times++) {
        await wait(house, 1)
        if ((await insist(() => refresh(login))) !== 'done') login.alive = false
      }
      await look(login)
      if (!giveBack || !login.alive) return
      const form = { client_id: CLIENT, token: login.refreshToken }
      await insist(async () => (await tell('revoke', login.id, () => post('/revoke', form))).outcome)
      login.alive = false
      await insist(async () => (await look(login)).outcome)
      await insist(() => refresh(login))
    },
    async close(login) {
      if (login.refreshToken !== '') await insist(() => refresh(login))
      if (login.refreshToken !== '') await insist(async () => (await look(login)).outcome)
      await insist(async () => (await poll(login)).outcome)
    },
  }
}

type Fields = Readonly<globalThis.Record<string, unknown>>

function take(login: Login, { access_token: accessToken, refresh_token: refreshToken }: Fields): void {
  login.accessToken = String(accessToken)
  login.refreshToken = String(refreshToken)
}
