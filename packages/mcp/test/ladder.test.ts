import { describe, expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { authority, deviceAnswer, pending, TOKEN, tokens } from '../../client/test/support/authority.ts'
import { json, oauthError, text } from '../../client/test/support/stage.ts'
import { signIn } from '../src/sign-in/sign-in.ts'
import { call, ladderStage, PROVIDER, textOf, window } from './support/ladder-stage.ts'

const reset = () => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } }))

verifies(
  ['sep2059-9.2-interval', 'sep2059-3.4-internal-errors'],
  'polls keep the interval, five seconds more for good after slow_down; nothing of it is told to the host',
  async () => {
    const { ladder, time, to } = ladderStage([pending, () => oauthError('slow_down'), pending, tokens])
    const host = window(() => ({ action: 'accept' }))
    const admission = await time.run(ladder.admit(call({ elicit: host.elicit, progress: host.tell })))
    expect(admission.type).toBe('admitted')
    const at = to(TOKEN).map((request) => request.at)
    const gaps = at.slice(1).map((each, index) => each - (at[index] ?? 0))
    expect(gaps.map((gap, index) => gap >= (index === 0 ? 5000 : 10_000))).toEqual([true, true, true])
    expect(JSON.stringify([host.shown, host.progress])).not.toMatch(/authorization_pending|slow_down/)
    // MCP progress: the values only ever grow.
    const values = host.progress.map(({ progress }) => progress)
    expect(values.length).toBeGreaterThan(3)
    expect(values).toEqual([...values].sort((one, other) => one - other))
  },
)

describe('what an authorization server does wrong on the way costs nothing', () => {
  test.each([
    ['status 503', () => text('busy', 503)],
    ['a page instead of JSON', () => text('<h1>login</h1>')],
    ['a connection that is cut', reset],
  ])('%s', async (_, fault) => {
    const { ladder, time } = ladderStage([pending, fault, fault, tokens])
    const host = window(() => ({ action: 'accept' }))
    expect((await time.run(ladder.admit(call({ elicit: host.elicit, progress: host.tell })))).type).toBe('admitted')
    expect(host.shown).toHaveLength(1)
  })

  test.each([
    ['no interval', { interval: undefined }],
    ['no verification_uri_complete', { verification_uri_complete: undefined }],
    ['verification_url, as Google says', { verification_uri: undefined, verification_url: deviceAnswer.verification_uri }],
  ])('%s', async (_, device) => {
    const { ladder, time } = ladderStage([], { network: authority([pending, tokens], device) })
    const host = window(() => ({ action: 'accept' }))
    expect((await time.run(ladder.admit(call({ elicit: host.elicit, progress: host.tell })))).type).toBe('admitted')
  })
})

describe('how it ends is told in words, and never as a rejection', () => {
  test.each([
    ['denied', () => oauthError('access_denied'), 'the request was declined in the browser'],
    ['expired at the server', () => oauthError('expired_token'), 'expired'],
    ['a token that is not bound', () => tokens({ token_type: 'Bearer' }), 'the token is not bound to this key'],
    ['more scope than was asked for', () => tokens({ scope: 'read admin' }), 'the token allows more than was asked for: admin'],
  ])('%s', async (_, answer, words) => {
    const { ladder, time, one } = ladderStage([pending, answer], { scope: ['read'] })
    const host = window(() => ({ action: 'accept' }))
    const admission = await time.run(ladder.admit(call({ elicit: host.elicit, progress: host.tell })))
    expect(textOf(admission)).toMatch(/^list_notes has not run: /)
    expect(textOf(admission)).toContain(words)
    expect(one.state().type).toBe('refused')
  })

  test('a code that nobody approves runs out, and the window is closed', async () => {
    const { ladder, time } = ladderStage([pending])
    const host = window()
    const admission = await time.run(ladder.admit(call({ elicit: host.elicit, progress: host.tell })))
    expect(textOf(admission)).toContain('the code has expired before anyone approved it')
    expect(host.taken).toHaveLength(1)
  })

  test('a page on a host that nobody named is not shown at all', async () => {
    const network = authority([pending], { verification_uri: 'https://elsewhere.example/device', verification_uri_complete: undefined })
    const { ladder, time } = ladderStage([], { network })
    const host = window()
    expect((await time.run(ladder.admit(call({ elicit: host.elicit })))).type).toBe('answered')
    expect(host.shown).toEqual([])
    const named = ladderStage([], { network, provider: { verificationHosts: ['elsewhere.example'] } })
    const admission = await named.time.run(named.ladder.admit(call({ elicitation: { url: false, form: false } })))
    expect(textOf(admission)).toContain('Check that the page is on elsewhere.example')
  })
})

test('without news a call waits fifty seconds, then says so with the code; the next one waits for the same code', async () => {
  const { ladder, time, to } = ladderStage([pending])
  const host = window()
  const started = time.clock.now()
  const first = await time.run(ladder.admit(call({ elicit: host.elicit })))
  expect(time.clock.now() - started).toBe(50_000)
  expect(textOf(first)).toContain('WDJB-MJHT')
  // The window that nobody answered is closed, and the next call opens one with the same code.
  expect([host.shown.length, host.taken.length]).toEqual([1, 1])
  const second = await time.run(ladder.admit(call({ elicit: host.elicit })))
  expect([host.shown.length, to('https://as.example/device_authorization').length]).toEqual([2, 1])
  expect(textOf(second)).toContain('WDJB-MJHT')
})

test('an approval is enough: who approves without touching the window goes on, and the window closes by itself', async () => {
  const { ladder, time } = ladderStage([pending, tokens])
  const host = window()
  const completed: string[] = []
  const admission = await time.run(ladder.admit(call({ elicit: host.elicit, complete: (id) => completed.push(id) })))
  expect([admission.type, host.taken.length]).toEqual(['admitted', 1])
  const [shown] = host.shown
  expect(shown?.mode === 'url' && completed[0] === shown.elicitationId).toBe(true)
})

test('a host that cannot put the question goes one rung down, with the same code', async () => {
  const { ladder, time, to } = ladderStage([pending])
  const host = window(() => Promise.reject(new Error('method not found')))
  const admission = await time.run(ladder.admit(call({ elicit: host.elicit })))
  expect(textOf(admission)).toContain('Open https://as.example/device and enter the code WDJB-MJHT')
  expect(to('https://as.example/device_authorization')).toHaveLength(1)
})

test('three codes that came to nothing are enough: then nobody is asked for ten minutes', async () => {
  const { ladder, time, to } = ladderStage([pending])
  const declining = window(() => ({ action: 'decline' }))
  const once = async () => textOf(await time.run(ladder.admit(call({ elicit: declining.elicit }))))
  for (let asked = 0; asked < 3; asked++) expect(await once()).toContain('the person declined')
  expect(await once()).toMatch(/nobody is asked again for now. Try again in \d+ minutes/)
  expect(to('https://as.example/device_authorization')).toHaveLength(3)
  time.jump(10 * 60_000)
  expect(await once()).toContain('the person declined')
})

describe('renewal', () => {
  const later = 900_000

  test('an access token is renewed in time, and nobody is asked', async () => {
    const { ladder, time } = ladderStage([tokens, () => tokens({ access_token: 'another', refresh_token: 'next' })])
    const host = window(() => ({ action: 'accept' }))
    await time.run(ladder.admit(call({ elicit: host.elicit })))
    time.jump(later)
    const again = await time.run(ladder.admit(call({ elicit: host.elicit })))
    expect(again.type === 'admitted' && again.access.token).toBe('another')
    expect(host.shown).toHaveLength(1)
  })

  test.each([['in the words of the standard', () => oauthError('invalid_grant')]])(
    'a refresh token that is refused %s ends the sign-in, and the person is asked again',
    async (_, refused) => {
      const { ladder, time } = ladderStage([tokens, refused, () => tokens({ access_token: 'another' })])
      const host = window(() => ({ action: 'accept' }))
      await time.run(ladder.admit(call({ elicit: host.elicit })))
      time.jump(later)
      const again = await time.run(ladder.admit(call({ elicit: host.elicit })))
      expect(again.type === 'admitted' && again.access.token).toBe('another')
      expect(host.shown).toHaveLength(2)
    },
  )

  test('a refusal that is none of the standard is trouble, not the end: the call says so, and the next one renews', async () => {
    const odd = () => json({ code: 400, msg: 'something is wrong' }, 400)
    const { ladder, time } = ladderStage([tokens, odd, () => tokens({ access_token: 'another' })])
    const host = window(() => ({ action: 'accept' }))
    await time.run(ladder.admit(call({ elicit: host.elicit })))
    time.jump(later)
    expect(textOf(await time.run(ladder.admit(call({ elicit: host.elicit }))))).toContain('the token endpoint did not refresh')
    const again = await time.run(ladder.admit(call({ elicit: host.elicit })))
    expect(again.type === 'admitted' && again.access.token).toBe('another')
    expect(host.shown).toHaveLength(1)
  })
})

verifies(
  'seed-002-separation-of-concerns',
  'who signed in may be gone: programs on the same stores renew the token by themselves, one for all of them',
  async () => {
    const { one, ladder, time, stores, runtime, to } = ladderStage([
      tokens,
      () => tokens({ access_token: 'another', refresh_token: 'next' }),
    ])
    const host = window(() => ({ action: 'accept' }))
    await time.run(ladder.admit(call({ elicit: host.elicit })))
    one.close()
    const others = [1, 2, 3].map(() => signIn(runtime, async () => stores, PROVIDER))
    time.jump(900_000)
    const looks = await time.run(Promise.all(others.map((other) => other.look())))
    expect(looks.map((look) => look.type === 'good' && look.access.token)).toEqual(['another', 'another', 'another'])
    expect(to(TOKEN).filter(({ form }) => form.get('grant_type') === 'refresh_token')).toHaveLength(1)
  },
)

describe('the countersign', () => {
  const wanted = () => oauthError('countersign_required')

  test('is asked for in a form, again when it was wrong, and reaches the server', async () => {
    const { ladder, time, to } = ladderStage([wanted, wanted, tokens])
    const numbers = ['12', '47']
    const host = window((parameters) =>
      parameters.mode === 'form' ? { action: 'accept', content: { number: numbers.shift() } } : { action: 'accept' },
    )
    expect((await time.run(ladder.admit(call({ elicit: host.elicit })))).type).toBe('admitted')
    expect(host.shown.map(({ mode, message }) => [mode, message.includes('not the right one')])).toEqual([
      ['url', false],
      ['form', false],
      ['form', true],
    ])
    expect(to(TOKEN).map(({ form }) => form.get('countersign'))).toEqual([null, '12', '47'])
  })

  test('goes through the login tool where there is no form, and nowhere without one', async () => {
    const withTool = ladderStage([wanted, tokens], { loginTool: 'auth_login' })
    const silent = call({ elicitation: { url: false, form: false } })
    expect(textOf(await withTool.time.run(withTool.ladder.admit(silent)))).toContain('WDJB-MJHT')
    expect(textOf(await withTool.time.run(withTool.ladder.admit(silent)))).toContain('call auth_login with it as `number`')
    withTool.one.current()?.answer('47')
    expect((await withTool.time.run(withTool.ladder.admit(silent))).type).toBe('admitted')

    const without = ladderStage([pending])
    await without.time.run(without.ladder.admit(silent))
    const asked = without.to('https://as.example/device_authorization').map(({ form }) => form.get('countersign_supported'))
    expect(asked).toEqual([null])
  })

  test('is not promised by a host that only opens links', async () => {
    const { ladder, time, to } = ladderStage([tokens])
    const host = window(() => ({ action: 'accept' }))
    await time.run(ladder.admit(call({ elicit: host.elicit, elicitation: { url: true, form: false } })))
    expect(to('https://as.example/device_authorization')[0]?.form.has('countersign_supported')).toBe(false)
  })
})

test('nothing that is shown or told holds a secret', async () => {
  const { ladder, time, one } = ladderStage([pending, tokens])
  const host = window(() => ({ action: 'accept' }))
  await time.run(ladder.admit(call({ elicit: host.elicit, progress: host.tell })))
  const told = JSON.stringify([host.shown, host.progress, one.state()])
  expect(told).not.toMatch(/secret/)
  expect(told).not.toContain('user_code=')
})
