import { expect, test } from 'vitest'
import { fakeTime, START } from '../../../client/test/support/fake-time.ts'
import type { Manner } from '../../src/terminal/manner.ts'
import { startCountdown } from '../../src/terminal/countdown.ts'

function counting(manner: Manner, milliseconds: number, columns = 80) {
  const time = fakeTime()
  const stderr = { columns, text: '', write: (text: string) => (stderr.text += text) }
  const countdown = startCountdown({ stderr, manner, clock: time.clock, sleep: time.sleep, expiresAt: START + milliseconds })
  const pass = (seconds: number) => time.run(time.sleep(seconds * 1000))
  return { stderr, time, pass, ...countdown }
}

const ERASE = '\u001b[K'

test('on a terminal one line is painted over once a second, and nothing of it is left', async () => {
  const { stderr, pass, stop, time } = counting('live', 2500)
  await pass(2.4)
  const paints = ['0:03', '0:02', '0:01'].map((rest) => `\rWaiting for your approval; the code expires in ${rest}${ERASE}`)
  expect(stderr.text).toBe(paints.join(''))
  stop()
  stop()
  expect(stderr.text).toBe(`${paints.join('')}\r${ERASE}`)
  await time.settle()
  expect(time.sleepers()).toBe(0)
})

test('at the end it stops counting by itself', async () => {
  const { stderr, pass, time } = counting('live', 1000)
  await pass(5)
  expect(stderr.text.split('\r').at(-1)).toBe(`Waiting for your approval; the code expires in 0:00${ERASE}`)
  expect(time.sleepers()).toBe(0)
})

test('a line that stays goes above the one that counts', () => {
  const { stderr, say, stop } = counting('live', 5000)
  const painted = `\rWaiting for your approval; the code expires in 0:05${ERASE}`
  say('No answer.')
  stop()
  expect(stderr.text).toBe(`${painted}\r${ERASE}No answer.\n${painted}\r${ERASE}`)
})

test.each([
  [52, 'Waiting for your approval; the code expires in 5:00'],
  [51, 'Waiting, 5:00 left'],
  [19, 'Waiting, 5:00 left'],
  [10, 'Waiting, '],
])('in %s columns the line is shorter than the terminal is wide', (columns, text) => {
  const { stderr, stop } = counting('live', 300_000, columns)
  expect(stderr.text).toBe(`\r${text}${ERASE}`)
  stop()
})

test.each(['plain', 'spelled'] as const)('elsewhere (%s) a line a minute is written, without any control character', async (manner) => {
  const { stderr, pass, say, stop } = counting(manner, 200_000)
  await pass(59)
  say('No answer.')
  await pass(141)
  stop()
  expect(stderr.text).toBe(
    [
      'Waiting for your approval; the code expires in 3 minutes.',
      'No answer.',
      'Still waiting; the code expires in 2 minutes.',
      'Still waiting; the code expires in 1 minute.',
      'Still waiting; the code expires in less than a minute.',
      '',
    ].join('\n'),
  )
})
