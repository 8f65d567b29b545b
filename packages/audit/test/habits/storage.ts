/** Habits of clients with what they were given: where they show it, send it and keep it. */
import { either, type Habit } from './habit.ts'

const python = (parts: {
  readonly first?: string
  readonly wait?: string
  readonly send?: string
  readonly last?: string
  readonly head?: string
}) => `
import json, logging, os, time
import requests
${parts.head ?? ''}
log = logging.getLogger(__name__)

class Login:
    def start(self):
        response = requests.post("https://id.example/device", data={"client_id": "tv"})
        self._answer = response.json()
        ${parts.first ?? 'pass'}
        print("Enter", self._answer["user_code"], "at", self._answer["verification_uri"])
        self._ends = time.monotonic() + self._answer["expires_in"]

    def wait(self):
        while time.monotonic() < self._ends:
            time.sleep(${parts.wait ?? 'self._answer.get("interval", 5)'})
            reply = requests.post("https://id.example/token", ${parts.send ?? 'data'}={"client_id": "tv",
                "device_code": self._answer["device_code"], "grant_type": "urn:ietf:params:oauth:grant-type:device_code"})
            if reply.status_code == 200:
                return self.keep(reply.json())
            if reply.json()["error"] != "authorization_pending":
                raise SystemExit("refused")

    def keep(self, token):
        ${parts.last ?? 'return token'}
`

const opening = (check: string) => `
const open = require('opn')
async function login(issuer) {
  const answer = await (await fetch(issuer + '/device', { method: 'POST', body: new URLSearchParams({ client_id: 'tv' }) })).json()
  console.log('Enter', answer.user_code)
  ${check}
  open(answer.verification_uri_complete)
  const end = Date.now() + answer.expires_in * 1000
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, (answer.interval ?? 5) * 1000))
    const said = await (await fetch(issuer + '/token', {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv', device_code: answer.device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }),
    })).json()
    if (said.access_token) return said
    if (said.error !== 'authorization_pending') throw new Error(said.error)
  }
}`

const OLD_KEYCHAIN = `old = keyring.get_password("tv", "token")
        if old is not None:
            keyring.delete_password("tv", "token")
        `

const whole = (check: string) =>
  opening(check).replace("const open = require('opn')", "import * as open from 'open'").replace('  open(', '  await open.default(')

const showing = (address: string) => `

const PAGE = 'https://id.example/device'
async function show(address) {
  const { default: open } = await import('open')
  await open(address)
}
export async function login(api) {
  const answer = await (await fetch(api + '/device', { method: 'POST', body: new URLSearchParams({ client_id: 'tv' }) })).json()
  const address = ${address}
  console.log('Enter', answer.user_code)
  await show(address)
  const end = Date.now() + answer.expires_in * 1000
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, (answer.interval ?? 5) * 1000))
    const said = await (await fetch(api + '/token', {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv', device_code: answer.device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }),
    })).json()
    if (said.access_token) return said
    if (said.error !== 'authorization_pending') throw new Error(said.error)
  }
}`

export const STORAGE_HABITS: readonly Habit[] = [
  {
    habit: 'logs an answer that it keeps in itself',
    rule: 'DF-C07',
    file: 'login.py',
    ...either(
      (first) => python({ first }),
      'log.debug("answer: %s", self._answer)',
      'log.debug("answer: %s", sorted(self._answer.keys()))',
    ),
  },
  {
    habit: 'takes another time when there is no interval',
    rule: 'DF-C04',
    file: 'login.py',
    ...either((wait) => python({ wait }), 'self._answer.get("interval", 0)', 'self._answer.get("interval", 5)'),
  },
  {
    habit: 'hands the form to the library as parameters',
    rule: 'DF-C22',
    file: 'login.py',
    ...either((send) => python({ send }), 'params', 'data'),
  },
  {
    habit: 'moves tokens out of an old keychain',
    rule: 'DF-C09',
    file: 'login.py',
    ...either(
      (last) => python({ last, head: 'import keyring' }),
      `${OLD_KEYCHAIN}with open("token.json", "w", opener=private) as file:\n            json.dump({"access_token": token["access_token"]}, file)`,
      `${OLD_KEYCHAIN}keyring.set_password("tv", "token", token["access_token"])`,
    ),
  },
  {
    habit: 'opens with an older package',
    rule: 'DF-C10',
    file: 'login.js',
    ...either(
      opening,
      '',
      "const uri = new URL(answer.verification_uri_complete)\n  if (uri.protocol !== 'https:' || uri.host !== new URL(issuer).host) throw new Error('elsewhere')",
    ),
  },
  {
    habit: 'writes through the handle of a file',
    rule: 'DF-C09',
    file: 'login.py',
    ...either(
      (last) => python({ last, head: 'from crypto_box import encrypt' }),
      'handle = os.open("token.json", os.O_WRONLY | os.O_CREAT, 0o600)\n        with os.fdopen(handle, "w") as file:\n            json.dump({"access_token": token["access_token"]}, file)',
      'handle = os.open("token.json", os.O_WRONLY | os.O_CREAT, 0o600)\n        with os.fdopen(handle, "w") as file:\n            file.write(encrypt(json.dumps(token)))',
    ),
  },
  {
    habit: 'opens with the default of a whole module',
    rule: 'DF-C10',
    file: 'login.ts',
    ...either(
      whole,
      '',
      "const uri = new URL(answer.verification_uri_complete)\n  if (uri.protocol !== 'https:' || uri.host !== new URL(issuer).host) throw new Error('elsewhere')",
    ),
  },
  {
    habit: 'opens a page of its own',
    rule: 'DF-C10',
    file: 'login.ts',
    ...either(showing, 'answer.verification_uri', "PAGE + '?user_code=' + encodeURIComponent(answer.user_code)"),
  },
]
