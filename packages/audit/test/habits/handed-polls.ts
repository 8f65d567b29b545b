/** Habits of clients that leave the loop, or the names of the answers, to something else. */
import { either, type Habit } from './habit.ts'

const repeated = ({ slower = '', end = 'said.access_token', until = 'true' }) => `
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function keepTrying(act, isOver, pace) {
  for (;;) {
    const outcome = await act()
    if (isOver(outcome)) return outcome
    await pause(pace.seconds * 1000)
  }
}

async function signIn() {
  const answer = await (await fetch('https://id.example/device', { method: 'POST', body: 'client_id=tv' })).json()
  const pace = { seconds: answer.interval ?? 5 }
  const end = Date.now() + answer.expires_in * 1000
  const askOnce = async () => {
    const said = await redeem(answer.device_code)
    ${slower}
    return said
  }
  return keepTrying(askOnce, (said) => ${end} || !(${until}), pace)
}

async function redeem(device_code) {
  const reply = await fetch('https://id.example/token', {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'tv', device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }),
  })
  return reply.json()
}`

const byTimer = (refusal: string) => `
import axios from 'axios'
let isOver = false

const rounds = (act, ended, ms) =>
  new Promise((resolve) => {
    setTimeout(async function round() {
      const outcome = await act()
      if (!ended()) setTimeout(round, ms)
      else resolve(outcome)
    }, ms)
  })

export const untilThere = (code, interval = 5) =>
  rounds(
    async () => {
      try {
        const { data } = await axios.post('https://id.example/token', {
          client_id: 'tv', device_code: code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        })
        isOver = true
        return data
      } catch (failure) {
        ${refusal}
      }
    },
    () => isOver,
    interval * 1000,
  )
`

const until = ({ options = '', refusal = '' }) => `
import pWaitFor from 'p-wait-for'

export async function signIn(answer) {
  let tokens
  await pWaitFor(async () => {
    const reply = await fetch('https://id.example/token', {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv', device_code: answer.device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }),
    })
    const said = await reply.json()
    ${refusal}
    if (said.error) return false
    tokens = said
    return true
  }, { interval: (answer.interval ?? 5) * 1000${options} })
  return tokens
}`

export const HANDED_HABITS: readonly Habit[] = [
  {
    habit: 'hands the request to a function that repeats it',
    rule: 'DF-C02',
    file: 'client.js',
    defect: repeated({}),
    inOrder: repeated({ slower: `if (said.error === 'slow_down') pace.seconds = pace.seconds + 5` }),
  },
  {
    habit: 'hands the request and the end to a function that repeats it',
    rule: 'DF-C03',
    file: 'client.js',
    defect: repeated({}),
    inOrder: repeated({ until: 'Date.now() < end' }),
  },
  {
    habit: 'hands what ends it to a function that repeats it',
    rule: 'DF-C05',
    file: 'client.js',
    defect: repeated({}),
    inOrder: repeated({ end: `(said.access_token || said.error !== 'authorization_pending')` }),
  },
  {
    habit: 'hands the request to a timer that winds itself up',
    rule: 'DF-C05',
    file: 'client.js',
    ...either(
      byTimer,
      `if (failure.response.data.error === 'access_denied') throw new Error('refused')`,
      `if (failure.response.data.error !== 'authorization_pending') isOver = true`,
    ),
  },
  {
    habit: 'waits as long as a parameter says that has a default',
    rule: 'DF-C04',
    file: 'client.js',
    defect: byTimer('').replace('interval = 5', 'interval') + 'untilThere(answer.device_code, answer.interval)',
    inOrder: `${byTimer('')}untilThere(answer.device_code, answer.interval)`,
  },
  {
    habit: 'hands the request to a library that asks until it is told to stop',
    rule: 'DF-C05',
    file: 'client.js',
    defect: until({}),
    inOrder: until({ refusal: `if (said.error && said.error !== 'authorization_pending') throw new Error(said.error)` }),
  },
  {
    habit: 'tells a library how long to ask',
    rule: 'DF-C03',
    file: 'client.js',
    defect: until({}),
    inOrder: until({ options: ', timeout: answer.expires_in * 1000' }),
  },
]
