import { bindKey, type CountersignQuestion, waitForTokens } from '@countersign/client'
import type { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { authority, pending, rejection, TOKEN, tokens } from '../support/authority.ts'
import { START } from '../support/fake-time.ts'
import { oauthError, stage } from '../support/stage.ts'

const required = () => oauthError('countersign_required', { error_description: 'the number is wrong; 2 tries are left' })

/** Waits at a scripted server with a person who takes `seconds` to type each answer. */
async function waiting(answers: Parameters<typeof authority>[0], typed: readonly string[], seconds = 1, life = 300) {
  const { runtime, time, to } = stage(authority(answers))
  const asked: Omit<CountersignQuestion, 'signal'>[] = []
  const left = [...typed]
  const result = waitForTokens(runtime, await bindKey(runtime, await runtime.suite.generateKey('ES256')), {
    endpoint: TOKEN,
    clientId: 'cli',
    resource: undefined,
    deviceCode: 'dc',
    interval: 5,
    expiresAt: START + life * 1000,
    askCountersign: async ({ signal, ...question }) => {
      asked.push(question)
      await runtime.sleep(seconds * 1000, signal)
      return left.shift() ?? ''
    },
    onEvent: () => undefined,
    signal: undefined,
  })
  const sent = () => to(TOKEN).map(({ at, form }) => [(at - START) / 1000, form?.get('countersign') ?? null] as const)
  return { time, result, asked, sent }
}

verifies(
  'rfc10027-6.1.16-initiation-check',
  'the number is asked for when the server wants it, and goes out with the next poll',
  async () => {
    const { time, result, asked, sent } = await waiting([pending, required, tokens], ['47'])
    await time.run(result)
    expect(sent().map(([, number]) => number)).toEqual([null, null, '47'])
    expect(asked).toEqual([{ wrong: false, told: 'the number is wrong; 2 tries are left', expiresAt: START + 300_000 }])
  },
)

test('the interval is kept, and the time it takes to type counts as waiting', async () => {
  const quick = await waiting([required, tokens], ['47'], 1)
  await quick.time.run(quick.result)
  const slow = await waiting([required, tokens], ['47'], 60)
  await slow.time.run(slow.result)
  const gap = (moments: readonly (readonly [number, unknown])[]) => (moments[1]?.[0] ?? 0) - (moments[0]?.[0] ?? 0)
  expect(gap(quick.sent())).toBeGreaterThanOrEqual(5)
  expect(gap(quick.sent())).toBeLessThan(6)
  expect(gap(slow.sent())).toBe(60)
})

test('a wrong number is asked for again; one that went unanswered is sent again without asking', async () => {
  const away = () => new Response('<html>', { status: 502 })
  const { time, result, asked, sent } = await waiting([required, required, away, tokens], ['11', '47'])
  await time.run(result)
  expect(sent().map(([, number]) => number)).toEqual([null, '11', '47', '47'])
  expect(asked.map(({ wrong }) => wrong)).toEqual([false, true])
})

test('nobody types before the code expires: the wait ends then, and nothing more is sent', async () => {
  const { time, result, sent } = await waiting([required], [], 10_000, 60)
  const failure = (await time.run(rejection(result))) as CountersignError
  expect(failure.code).toBe('device_code_expired')
  expect(sent()).toHaveLength(1)
})
