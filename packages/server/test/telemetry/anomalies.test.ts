import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { ANOMALIES, type Anomaly, watchAnomalies } from '../../src/telemetry/anomalies.ts'

function watching(most = {}) {
  let now = 1_800_000_000_000
  const clock = { now: () => now }
  const wait = (milliseconds: number) => {
    now += milliseconds
  }
  const raised: Anomaly[] = []
  const watch = watchAnomalies(clock, (anomaly) => raised.push(anomaly), most)
  const happens = (type: string, times: number, apartMs = 0) => {
    for (let time = 0; time < times; time++) {
      watch({ type })
      wait(apartMs)
    }
  }
  return { wait, raised, happens }
}

verifies(
  'seed-002-anomaly-alerts',
  'somebody who tries codes and a storm of polls are told of, once, in the moment they pass what is usual',
  () => {
    const { raised, happens } = watching()
    happens('code.guessed_wrong', ANOMALIES.wrong_codes.most)
    expect(raised).toEqual([])
    happens('code.guessed_wrong', 500)
    expect(raised).toEqual([{ anomaly: 'wrong_codes', count: ANOMALIES.wrong_codes.most + 1, window: 60 }])
    happens('device.slowed_down', 5000)
    expect(raised.slice(1)).toEqual([{ anomaly: 'excessive_polling', count: ANOMALIES.excessive_polling.most + 1, window: 60 }])
  },
)

verifies('seed-002-anomaly-alerts', 'what is usual goes on for ever without a word', () => {
  const { raised, happens } = watching()
  // Three mistypes a second... of three thousand people; half of the threshold, for a day.
  happens('code.guessed_wrong', 43_200, 2000)
  happens('device.slowed_down', 10_000, 200)
  happens('device.polled', 100_000)
  happens('device.approved', 100_000)
  expect(raised).toEqual([])
})

test('an anomaly that lasts is told of again in every window, and not more often', () => {
  const { raised, happens } = watching()
  happens('code.guessed_wrong', 6000, 100)
  expect(raised).toHaveLength(10)
})

test('kinds are counted apart, kinds of one anomaly together, and one that must never happen at once', () => {
  const { raised, happens } = watching()
  happens('device.replayed', 3)
  happens('family.replayed', 2)
  expect(raised).toEqual([])
  happens('authorization.replayed', 1)
  expect(raised).toMatchObject([{ anomaly: 'replays', count: 6 }])
  happens('code.reused', 1)
  expect(raised).toMatchObject([{}, { anomaly: 'codes_sent_around', count: 1 }])
})

test('an operator who knows better sets another number', () => {
  const { raised, happens } = watching({ wrong_codes: 2 })
  happens('code.guessed_wrong', 3)
  expect(raised).toMatchObject([{ anomaly: 'wrong_codes', count: 3 }])
})

test('what happened a window ago counts no more, what happened half a window ago counts half, and a clock that steps back forgets', () => {
  const { wait, raised, happens } = watching({ wrong_codes: 10 })
  happens('code.guessed_wrong', 10)
  wait(120_000)
  happens('code.guessed_wrong', 10)
  expect(raised).toEqual([])
  wait(90_000)
  happens('code.guessed_wrong', 5)
  expect(raised).toEqual([])
  happens('code.guessed_wrong', 1)
  expect(raised).toHaveLength(1)
  wait(-1_000_000_000)
  happens('code.guessed_wrong', 10)
  expect(raised).toHaveLength(1)
})
