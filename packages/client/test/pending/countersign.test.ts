/** The countersign, where several programs wait for the same code and some of them have a person. */
import { type AskCountersign, finishLogin, memoryPendingLogins, memoryVault, openLogin } from '@countersign/client'
import { expect, test } from 'vitest'
import { authority, pending, place, rejection, TOKEN, tokens } from '../support/authority.ts'
import { oauthError, stage } from '../support/stage.ts'

const required = (more = {}) => oauthError('countersign_required', more)

function office(answers: Parameters<typeof authority>[0]) {
  const at = stage(authority(answers))
  const stores = { vault: memoryVault(), pending: memoryPendingLogins() }
  const join = async (askCountersign?: AskCountersign) => {
    const opened = await openLogin(at.runtime, stores, place(), { clientId: 'cli', countersignSupported: askCountersign !== undefined })
    if (opened.type === 'signed_in') throw new Error('nobody signed in yet')
    return finishLogin(at.runtime, stores, opened, { askCountersign })
  }
  return { ...at, join }
}

test('everybody with a person asks, the first answer counts, and the others take their question back', async () => {
  const { join, time, to } = office([pending, () => required(), tokens])
  const questions: boolean[] = []
  let takenBack = 0
  const answers: AskCountersign = async ({ wrong }) => {
    questions.push(wrong)
    return '42'
  }
  const never: AskCountersign = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        takenBack++
        reject(new Error('taken back'))
      })
    })
  await time.run(Promise.all([join(answers), join(never), join()]))
  expect(questions).toEqual([false])
  expect(takenBack).toBe(1)
  expect(to(TOKEN).map(({ form }) => form.get('countersign'))).toEqual([null, null, '42'])
})

test('a wrong number is asked for again, with the words of the server; a lost answer is sent again', async () => {
  const { join, time, to } = office([
    () => required(),
    () => required({ error_description: 'not that one' }),
    () => new Response('<html>', { status: 502 }),
    tokens,
  ])
  const told: (string | undefined)[] = []
  const numbers = ['11', '42']
  await time.run(
    join(async (question) => {
      told.push(question.wrong ? question.told : 'first')
      return numbers[told.length - 1] ?? ''
    }),
  )
  expect(told).toEqual(['first', 'not that one'])
  expect(to(TOKEN).map(({ form }) => form.get('countersign'))).toEqual([null, '11', '42', '42'])
})

test('nobody there to answer: the code ends by itself, without useless polls', async () => {
  const { join, time, to } = office([() => required()])
  expect(await time.run(rejection(join()))).toMatchObject({ code: 'device_code_expired' })
  expect(to(TOKEN)).toHaveLength(1)
})

test('a person who gives up at the question stops waiting', async () => {
  const { join, time } = office([() => required()])
  expect(await time.run(rejection(join(() => Promise.reject(new Error('no more')))))).toMatchObject({ message: 'no more' })
})
