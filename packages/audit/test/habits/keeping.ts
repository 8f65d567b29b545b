/** Habits of clients with tokens that are kept, the scopes that came with them, and answers with words of their own. */
import { either, type Habit } from './habit.ts'

const client = ({ head = '', done = 'return said', form = '', more = '' }) => `
${head}
export async function login(issuer) {
  const answer = await (await fetch(issuer + '/device', { method: 'POST', body: new URLSearchParams({ client_id: 'tv'${form} }) })).json()
  console.log('Enter', answer.user_code, 'at', answer.verification_uri)
  const end = Date.now() + answer.expires_in * 1000
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, (answer.interval ?? 5) * 1000))
    const said = await (await fetch(issuer + '/token', {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv', device_code: answer.device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }),
    })).json()
    if (said.access_token) {
      ${done}
    }
    if (said.error !== 'authorization_pending') throw new Error(said.error)
  }
}
${more}`

const opened = (check: string) =>
  client({
    head: `import open from 'open'`,
    done: 'return said',
    more: check,
  }).replace(
    `console.log('Enter', answer.user_code`,
    `await admit(answer)\n  await open(answer.verification_uri)\n  console.log('Enter', answer.user_code`,
  )

const guard = (rest: string) => `
async function admit(answer) {
  const place = new URL(${rest}
}`

const placeholder = (slower: string) => `
import time
import requests

class Reply:
    body = None
    status = None

def ask(address, form):
    reply = Reply()
    answer = requests.post(address, data=form)
    reply.status = answer.status_code
    reply.body = answer.json()
    return reply

def sign_in(code, pause, ends):
    while time.time() < ends:
        reply = ask("https://id.example/token", {"client_id": "tv", "device_code": code,
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code"})
        if reply.body.get("error"):
            ${slower}
            time.sleep(pause)
        else:
            return reply.body
`

const ownStatus = (wait: string) => `
class Player {
  ask(body, what) {
    return got({ method: 'POST', url: 'https://video.example/oauth/device/' + what, body: JSON.stringify(body) })
  }
  start() {
    return this.ask({ client_id: this.id }, 'code')
  }
  finish(begun) {
    return new Promise((resolve, reject) => {
      const timer = setInterval(() => {
        ${wait}
        this.ask({ code: begun.device_code, client_id: this.id }, 'token')
          .then((tokens) => { clearInterval(timer); resolve(tokens) })
          .catch((failure) => {
            if (failure.response.statusCode === 400) return
            clearInterval(timer)
            reject(failure)
          })
      }, (begun.interval || 5) * 1000)
    })
  }
}`

export const KEEPING_HABITS: readonly Habit[] = [
  {
    habit: 'keeps tokens in a database beside the program',
    rule: 'DF-C09',
    file: 'login.js',
    defect: client({
      head: `import Database from 'better-sqlite3'\nconst db = new Database('tv.db')`,
      done: `db.prepare('INSERT INTO accounts (access_token) VALUES (?)').run(said.access_token)`,
    }),
    inOrder: client({
      head: `import Database from 'better-sqlite3'\nconst db = new Database('tv.db')`,
      done: `db.prepare('INSERT INTO accounts (name) VALUES (?)').run('tv'); return said`,
    }),
  },
  {
    habit: 'keeps tokens among its settings',
    rule: 'DF-C09',
    file: 'login.js',
    defect: client({
      head: `import Conf from 'conf'\nconst settings = new Conf({ projectName: 'tv' })`,
      done: `settings.set('accessToken', said.access_token)`,
    }),
    inOrder: client({
      head: `import Conf from 'conf'\nimport { encrypt } from './box.js'\nconst settings = new Conf({ projectName: 'tv' })`,
      done: `settings.set('accessToken', encrypt(said.access_token))`,
    }),
  },
  {
    habit: 'has an old keychain, and sets of other things',
    rule: 'DF-C09',
    file: 'login.js',
    ...either(
      (done) => client({ head: `import keytar from 'keytar'\nimport { writeFileSync } from 'node:fs'`, done }),
      `const old = keytar.getPassword('tv', 'token'); over.set(); writeFileSync('token.json', JSON.stringify({ access_token: said.access_token }))`,
      `keytar.setPassword('tv', 'token', said.access_token)`,
    ),
  },
  {
    habit: 'compares what it asked for with what it asks for now',
    rule: 'DF-C06',
    file: 'login.js',
    ...either(
      (done) => client({ form: `, scope: 'read write'`, done }),
      'if (tokens.requested_scope !== wanted) throw new Error("other settings")',
      'if (tokens.scope !== tokens.requested_scope) throw new Error("less than was asked for")',
    ),
  },
  {
    habit: 'looks at another address before it sends something there',
    rule: 'DF-C10',
    file: 'login.js',
    ...either(
      (part) => opened(guard(part)),
      `endpoint)\n  if (place.protocol !== 'https:' && place.hostname !== LOCAL) throw new Error('elsewhere')\n  await fetch(place)`,
      `answer.verification_uri)\n  if (place.protocol !== 'https:' || place.hostname !== LOCAL) throw new Error('elsewhere')`,
    ),
  },
  {
    habit: 'has a class for answers, empty until one came',
    rule: 'DF-C02',
    file: 'login.py',
    ...either(
      placeholder,
      'if reply.body["error"] != "authorization_pending" and reply.body["error"] != "slow_down":\n                raise SystemExit("refused")',
      'if reply.body["error"] == "slow_down":\n                pause += 5\n            elif reply.body["error"] != "authorization_pending":\n                raise SystemExit("refused")',
    ),
  },
  {
    habit: 'waits a little longer by chance',
    rule: 'DF-C02',
    file: 'login.py',
    ...either(
      placeholder,
      'if reply.body["error"] not in ("authorization_pending", "slow_down"):\n                raise SystemExit("refused")\n            pause = pause + random_share(pause)',
      'if reply.body["error"] not in ("authorization_pending", "slow_down"):\n                raise SystemExit("refused")\n            pause = pause + (5 if reply.body["error"] == "slow_down" else 0)',
    ),
  },
  {
    habit: 'asks an endpoint of its own from a timer',
    rule: 'DF-C03',
    file: 'player.js',
    ...either(ownStatus, '', `if (Date.now() > begun.expires_at) { clearInterval(timer); return reject(new Error('too late')) }`),
  },
  {
    habit: 'tells answers apart by their status, at the endpoint of the grant or at one of its own',
    rule: 'DF-C05',
    file: 'player.js',
    defect: ownStatus('').replace(
      `client_id: this.id }, 'token'`,
      `client_id: this.id, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }, 'token'`,
    ),
    inOrder: ownStatus(''),
  },
  {
    habit: 'puts a token behind the question mark of a revocation',
    rule: 'DF-C22',
    file: 'login.js',
    ...either(
      (done) => client({ done }),
      `const url = new URL(issuer + '/revoke'); url.searchParams.set('token', said.access_token); await fetch(url, { method: 'POST' })`,
      `await fetch(issuer + '/revoke', { method: 'POST', body: new URLSearchParams({ token: said.access_token }) })`,
    ),
  },
  {
    habit: 'hands the query on under a name of a list',
    rule: 'DF-C22',
    file: 'login.js',
    ...either(
      (key) => client({ done: `await http.post(issuer + '/check', { [Wire.${key}]: { access_token: said.access_token } })` }),
      'PARAMS',
      'DATA',
    ),
  },
]
