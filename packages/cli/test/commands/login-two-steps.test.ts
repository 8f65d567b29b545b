/** Signing in with two commands, or with one that was stopped: the code waits, and so does nobody. */
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { ISSUER, json, NOTES, openHouse } from '../../../../tests/support/house.ts'
import { objects, signIn, sit } from '../support/seat.ts'

const terminal = { columns: 80, rows: 40 }

verifies(
  ['rfc8628-3.3-hide-device-code', 'rfc8628-3.1-user-initiated'],
  '--no-wait tells link, code and how to go on in one object, ends with 8, and --resume finishes',
  async () => {
    const house = await openHouse()
    const first = await sit(house, ['login', NOTES, '--no-wait', '--json'])
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 8, stderr: '' })
    const [told = {}, ...more] = objects(first.stdout)
    expect(more).toEqual([])
    const { user_code: userCode, resume } = told as Record<string, string>
    expect(told).toEqual({
      event: 'pending',
      verification_uri: `${ISSUER}/device`,
      verification_uri_complete: `${ISSUER}/device?user_code=${userCode}`,
      user_code: userCode,
      expires_in: 300,
      expires_at: '2026-11-21T00:05:00.000Z',
      resume,
      next: `countersign login --resume ${resume}`,
    })
    expect(house.requestsTo('/token')).toEqual([])

    // Called again it shows the same code: nothing is asked of the server.
    const again = await sit(house, ['login', NOTES, '--no-wait', '--json'])
    expect(objects(again.stdout)).toEqual([told])
    expect(house.requestsTo('/device_authorization')).toHaveLength(1)

    await house.decide(userCode ?? '', 'approve')
    const last = await sit(house, ['login', '--resume', resume ?? '', '--json'])
    expect(last.code).toBe(0)
    expect(objects(last.stdout)).toMatchObject([
      { event: 'code', user_code: userCode },
      { event: 'signed_in', resource: NOTES },
    ])
    // Whoever asks later hears the same.
    const later = await sit(house, ['login', '--resume', resume ?? '', '--json'])
    expect(objects(later.stdout)).toMatchObject([{ event: 'signed_in', resource: NOTES }])
  },
)

test('for a person: the code and the next step in words; without an id the only code is meant', async () => {
  const house = await openHouse()
  const first = await sit(house, ['login', NOTES, '--no-wait'])
  expect(first).toMatchObject({ code: 8, stdout: '' })
  expect(first.stderr).toMatch(/\nThe code expires in 5 minutes\. Once it is approved: countersign login --resume [\w-]+\n$/)
  const onCode = (userCode: string) => house.decide(userCode, 'approve')
  const last = await sit(house, ['login', '--resume'], { onCode })
  expect(last.code).toBe(0)
  expect(last.stderr).toContain(`Signed in to ${NOTES}.\n`)
  expect(last.stderr).toContain(`Use it with: countersign token ${NOTES}\n`)
})

test('what ended meanwhile is told as it was: declined, expired, taken up by somebody else', async () => {
  const house = await openHouse({ settings: { codeLife: 60 } })
  const pendingId = async () => objects((await sit(house, ['login', NOTES, '--no-wait', '--json'])).stdout)[0] as Record<string, string>
  const declined = await pendingId()
  await house.decide(declined['user_code'] ?? '', 'deny')
  for (const _ of ['first', 'again']) expect((await sit(house, ['login', '--resume', declined['resume'] ?? ''])).code).toBe(3)
  const expired = await pendingId()
  expect(expired['resume']).not.toBe(declined['resume'])
  house.time.jump(61_000)
  expect((await sit(house, ['login', '--resume', expired['resume'] ?? ''])).code).toBe(4)
})

test('nothing to resume, or more than one without saying which', async () => {
  const house = await openHouse()
  for (const args of [
    ['login', '--resume'],
    ['login', '--resume', 'unheard-of'],
  ]) {
    const { code, stderr } = await sit(house, args)
    expect([code, stderr]).toEqual([5, expect.stringContaining('under way here\nhint: start one: countersign login URL\n')])
  }
  await sit(house, ['login', NOTES, '--no-wait'])
  await sit(house, ['login', NOTES, '--no-wait', '--profile', 'work'])
  const { code, stderr } = await sit(house, ['login', '--resume'])
  expect(code).toBe(2)
  expect(stderr.match(/countersign login --resume [\w-]+ \(https:\/\/notes\.example\/mcp\)/g)).toHaveLength(2)
  expect((await sit(house, ['login'])).stderr).toContain('missing required argument "url"')
})

test('a program that is stopped leaves the code to be resumed; a person who presses Ctrl-C at the terminal ends it', async () => {
  const house = await openHouse()
  const interrupt = (seat: object) => {
    const stop = new AbortController()
    return sit(house, ['login', NOTES], { ...seat, signal: stop.signal, onCode: () => stop.abort() })
  }
  const { stderr } = await interrupt({})
  const [, id = ''] = /\nhint: the code is still good: countersign login --resume ([\w-]+)\n$/.exec(stderr) ?? []
  const resumed = await sit(house, ['login', '--resume', id], { onCode: (userCode) => house.decide(userCode, 'approve') })
  expect([resumed.code, house.requestsTo('/device_authorization').length]).toEqual([0, 1])

  await sit(house, ['logout', NOTES])
  expect(await interrupt({ terminal })).toMatchObject({ code: 130 })
  expect((await sit(house, ['login', '--resume'])).code).toBe(5)
})

test('who asks while somebody else signs in waits for the same code', async () => {
  const house = await openHouse()
  let other: ReturnType<typeof sit> | undefined
  const first = await sit(house, ['login', NOTES], {
    onCode: async (userCode) => {
      other = sit(house, ['login', NOTES], {})
      await house.time.settle()
      await house.decide(userCode, 'approve')
    },
  })
  expect([first.code, (await other)?.code]).toEqual([0, 0])
  expect(house.requestsTo('/device_authorization')).toHaveLength(1)
})

test('a page on another host is accepted with the first step, and the second one does not ask again', async () => {
  const house = await openHouse({
    answer: ({ url, form }) => {
      if (url.endsWith('/device_authorization')) {
        const verification = { verification_uri: 'https://login.example.net/device', expires_in: 60 }
        return json({ device_code: 'secret-device-code', user_code: 'WDJB-MJHT', ...verification })
      }
      return form.has('device_code') ? json({ error: 'access_denied' }, 400) : undefined
    },
  })
  expect((await sit(house, ['login', NOTES, '--no-wait', '--json'])).code).toBe(1)
  expect((await sit(house, ['login', NOTES, '--no-wait', '--json', '--verification-host', 'login.example.net'])).code).toBe(8)
  expect((await sit(house, ['login', '--resume', '--json'])).code).toBe(3)
})

test('a sign-in that is there is told at once, without a code', async () => {
  const house = await openHouse()
  await signIn(house)
  const { code, stdout } = await sit(house, ['login', NOTES, '--no-wait', '--json'])
  expect([code, objects(stdout)]).toMatchObject([0, [{ event: 'signed_in', already: true }]])
})
