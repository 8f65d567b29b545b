/**
 * The token endpoint looks up what a request brings before it knows who sends it. Somebody who is not who they say gets the same answer for what
 * exists as for what does not, after the same moves on the store, and changes nothing.
 */
import { addClient } from '@countersign/authority'
import { nodeSuite } from '@countersign/node'
import { expect, test } from 'vitest'
import { openApp } from '../../packages/authority/test/app.ts'
import { openHouse } from '../../packages/authority/test/house.ts'
import { decide } from '../../packages/authority/test/person.ts'
import { CHANGES, watchMoves } from '../../packages/authority/test/watch-moves.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** A confidential client with a code that waits, one that was approved, one that was spent, and what came of it. */
async function open(options: Parameters<typeof openHouse>[0] = {}) {
  const house = await openHouse(options)
  const { secret } = await addClient(house, { id: 'office', name: 'Office', confidential: true, resources: [] })
  const credentials = { client_secret: String(secret) }
  const office = await house.device('none', 'office')
  const [waiting, approved, spent] = [await office.start(credentials), await office.start(credentials), await office.start(credentials)]
  for (const { userCode } of [approved, spent]) await decide(house, userCode, 'approve')
  const { json } = await office.poll(spent.deviceCode, credentials)
  const { json: renewed } = await office.refresh(json['refresh_token'], credentials)
  const app = await openApp(house, { id: 'app', confidential: true })
  const code = await app.code()
  const requests = {
    'a code that waits': { grant_type: GRANT, device_code: waiting.deviceCode },
    'an approved code': { grant_type: GRANT, device_code: approved.deviceCode },
    'a spent code': { grant_type: GRANT, device_code: spent.deviceCode },
    'a code that is none': { grant_type: GRANT, device_code: 'x'.repeat(43) },
    'a refresh token': { grant_type: 'refresh_token', refresh_token: String(renewed['refresh_token']) },
    'a refresh token that was replaced': { grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) },
    'a refresh token that is none': { grant_type: 'refresh_token', refresh_token: 'x'.repeat(43) },
    'an authorization code': {
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'https://app.example/callback',
      code_verifier: 'x'.repeat(43),
    },
    'an authorization code that is none': { grant_type: 'authorization_code', code: 'x'.repeat(43), code_verifier: 'x'.repeat(43) },
  }
  return { house, credentials, office, approved, requests, refreshToken: renewed['refresh_token'] }
}

const SENDERS = {
  'nobody says who': {},
  'a client that does not exist': { client_id: 'nobody', client_secret: 'x' },
  'the right name without a secret': { client_id: 'office' },
  'the right name with a wrong secret': { client_id: 'office', client_secret: 'wrong' },
  'the other name with a wrong secret': { client_id: 'app', client_secret: 'wrong' },
}

test.each(Object.entries(SENDERS))(
  '%s: the answer is the same for everything, nothing changes, and whose it is still has it',
  async (_who, sender) => {
    const { house, credentials, office, approved, requests, refreshToken } = await open()
    const changes = watchMoves(house.store, CHANGES)
    const answers = new Map<string, string>()
    for (const [what, form] of Object.entries(requests)) {
      for (let again = 0; again < 2; again++) {
        const { status, headers, body } = await house.post('/token', { ...form, ...sender })
        answers.set(what, JSON.stringify([status, headers, body]))
        expect([what, status]).toEqual([what, 'client_id' in sender ? 401 : status])
        expect(body).not.toMatch(/access_token|authorization_pending|slow_down|expired_token|invalid_grant/)
      }
    }
    expect(new Set(answers.values()).size).toBe(1)
    expect(changes).toEqual([])
    // Nobody's pace was spoilt, no family ended, and nothing was used up.
    expect((await office.poll(approved.deviceCode, credentials)).status).toBe(200)
    expect((await office.refresh(refreshToken, credentials)).status).toBe(200)
  },
)

test('the moves on the store do not tell what exists: as many, of the same kind, in the same order', async () => {
  // Its digests take no time of their own: a look-up that was begun does not come after the refusal, among the moves of the next request.
  const { house, requests } = await open({ suite: nodeSuite() })
  const moves = watchMoves(house.store)
  const seen = new Map<string, string>()
  for (const [what, form] of Object.entries(requests)) {
    moves.length = 0
    await house.post('/token', { ...form, client_id: 'office', client_secret: 'wrong' })
    // What is looked for differs; where and how must not.
    seen.set(what, JSON.stringify(moves.map((move) => move.replace(/[\w-]{40,}/g, 'what was brought'))))
  }
  const kinds = [
    ['a code that waits', 'an approved code', 'a spent code', 'a code that is none'],
    // One that is none is told from its text, before anything is looked up.
    ['a refresh token', 'a refresh token that was replaced'],
    ['an authorization code', 'an authorization code that is none'],
  ]
  for (const same of kinds) expect(new Set(same.map((what) => seen.get(what))).size).toBe(1)
})

test('a look-up that fails is nobody’s business either: the refusal is that of the client', async () => {
  const { house, requests } = await open()
  const { find } = house.store
  Object.assign(house.store, {
    find: (place: string, ...rest: unknown[]) =>
      String(place).startsWith('device')
        ? Promise.reject(new Error('the store is gone'))
        : (find as (...given: unknown[]) => unknown).call(house.store, place, ...rest),
  })
  const { status, json } = await house.post('/token', { ...requests['an approved code'], client_id: 'office', client_secret: 'wrong' })
  expect([status, json['error']]).toEqual([401, 'invalid_client'])
})
