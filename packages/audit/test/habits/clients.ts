/** Habits of clients that poll. */
import { either, type Habit } from './habit.ts'

const inline = (wait: string) => `
async function askUntilThere(answer) {
  const end = Date.now() + answer.expires_in * 1000
  const pause = answer.interval ?? 5
  while (Date.now() < end) {
    ${wait}
    const response = await fetch('https://id.example/token', {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv', device_code: answer.device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }),
    })
    const said = await response.json()
    if (said.access_token) return said
    if (said.error === 'authorization_pending') continue
    throw new Error(said.error)
  }
}`

const nap = (settle: string) => `
function nap(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = ${settle}
    signal?.addEventListener('abort', () => { clearTimeout(timer); reject(new Error('given up')) })
  })
}
${inline('await nap(pause * 1000)')}`

const timer = (ending: string) => `
class Screen {
  poll({ device_code, interval, expires_in }) {
    const end = Date.now() + expires_in * 1000
    const timer = setInterval(async () => {
      if (Date.now() > end) { clearInterval(timer); return }
      const response = await fetch('https://id.example/token', {
        method: 'POST',
        body: JSON.stringify({ client_id: 'tv', code: device_code, grant_type: 'http://oauth.net/grant_type/device/1.0' }),
      })
      const said = await response.json()
      if (said.error) {
        switch (said.error) {
          case 'authorization_pending':
            break
          default:
            this.emit('failed', said.error)
            ${ending}
        }
        return
      }
      clearInterval(timer)
      this.emit('there', said)
    }, interval * 1000)
  }
}`

const ownEndpoint = (end: string) => `
import time, requests

def sign_in(api, client_id):
    answer = requests.post(api + "/oauth/device/code", json={"client_id": client_id}).json()
    print("Enter", answer["user_code"], "at", answer["verification_url"])
    ${end}
        reply = requests.post(api + "/oauth/device/token", json={"code": answer["device_code"], "client_id": client_id})
        if reply.status_code == 200:
            return reply.json()
        if reply.status_code != 400:
            raise SystemExit("refused")
        time.sleep(answer["interval"])
`

const oneClass = (end: string) => `
import time
from urllib import parse

class DeviceLogin(Base):
    grant_type = "urn:ietf:params:oauth:grant-type:device_code"

    def payload(self, session):
        answer = session.post(self.start_url, data=parse.urlencode({"client_id": self.client_id})).json()
        self.interval = int(answer["interval"])
        self.ends = time.time() + int(answer["expires_in"])
        return {"device_code": answer["device_code"], "client_id": self.client_id}

    def token(self, session, payload):
        while ${end}:
            try:
                return session.post(self.token_url, data=parse.urlencode(payload)).json()["access_token"]
            except BadRequest as failed:
                if failed.response.json().get("error") != "authorization_pending":
                    raise
                time.sleep(self.interval)
`

const dictionary = (kind: string) => `
import asyncio, aiohttp, time

async def ask(session, code):
    async with session.post("https://id.example/token", data={"client_id": "tv", "device_code": code,
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}) as response:
        said = await response.json()
        status = response.status
    if not isinstance(said, dict):
        raise RuntimeError("not an object")
    return status, said

async def login(session, answer):
    ends = time.monotonic() + answer["expires_in"]
    while time.monotonic() < ends:
        status, said = await ask(session, answer["device_code"])
        if status == 200 and "access_token" in said:
            return said
        ${kind}
        await asyncio.sleep(answer["interval"])
`

const elsewhere = (end: string) => `
import time, requests

def renewed(token):
    for attempt in range(3):
        reply = requests.post("https://id.example/token", data={"grant_type": "refresh_token", "refresh_token": token})
        if reply.ok:
            return reply.json()
    return None

def login(answer):
    ${end}
        reply = requests.post("https://id.example/token", data={"client_id": "tv", "device_code": answer["device_code"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}).json()
        if "access_token" in reply:
            return renewed(reply["refresh_token"])
        if reply["error"] != "authorization_pending":
            raise SystemExit(reply["error"])
        time.sleep(answer["interval"])
`

const kept = (scope: string) => `
import time, requests

def start():
    return requests.post("https://id.example/device", data={"client_id": "tv"${scope}}).json()

def login():
    answer = start()
    ends = time.monotonic() + answer["expires_in"]
    while time.monotonic() < ends:
        reply = requests.post("https://id.example/token", data={"client_id": "tv", "device_code": answer["device_code"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}).json()
        if "access_token" in reply:
            return {"access_token": reply["access_token"], "scope": reply["scope"]}
        if reply["error"] != "authorization_pending":
            raise SystemExit(reply["error"])
        time.sleep(answer["interval"])
`

const caught = (slow: string) => `
import time
from vendor.api import Api, BadRequest

class Login(Base):
    grant_type = "urn:ietf:params:oauth:grant-type:device_code"

    def token(self, session, payload, answer):
        pause = int(answer["interval"])
        ends = time.monotonic() + int(answer["expires_in"])
        while time.monotonic() < ends:
            try:
                return session.post(self.token_url, data={"client_id": self.client_id, "device_code": payload["device_code"]}).json()
            except BadRequest as failed:
                error = failed.response.json().get("error")
                ${slow}
                if error not in ("authorization_pending", "slow_down"):
                    raise
                time.sleep(pause)
`

const fault = (end: string) => `
import time, requests

def ask(url, form):
    reply = requests.post(url, data=form, timeout=30)
    status = reply.status_code
    if status >= 500:
        raise RuntimeError("the server failed")
    return reply.json()

def login(url, answer):
    ${end}
        said = ask(url, {"client_id": "tv", "device_code": answer["device_code"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code"})
        if "access_token" in said:
            return said
        if said["error"] != "authorization_pending":
            raise SystemExit(said["error"])
        time.sleep(answer["interval"])
`

const ticking = (slow: string) => `
import asyncio
from datetime import datetime, timedelta
import httpx

async def login(answer):
    wait = timedelta(seconds=answer.interval)
    tick = datetime.now()
    ends = tick + timedelta(seconds=answer.expires_in)
    while tick < ends:
        async with httpx.AsyncClient() as client:
            reply = (await client.post("https://id.example/token", data={"client_id": "tv", "device_code": answer.device_code,
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code"})).json()
        if "access_token" in reply:
            return reply
        if reply["error"] not in ("authorization_pending", "slow_down"):
            raise SystemExit(reply["error"])
        interval = wait
        ${slow}
        await asyncio.sleep(interval.total_seconds())
        tick = tick + interval
`

const schema = (interval: string) => `
import { looseObject, number, optional, parse, string } from 'valibot'
export const Answer = looseObject({ device_code: string(), user_code: string(), expires_in: number(), interval: ${interval} })
async function start() {
  return parse(Answer, await (await fetch('https://id.example/device', { method: 'POST', body: 'client_id=tv' })).json())
}
export async function login() {
  const { device_code, expires_in, interval } = await start()
  const end = Date.now() + expires_in * 1000
  while (Date.now() < end) {
    await sleep(interval * 1000)
    const said = await (await fetch('https://id.example/token', {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv', device_code, grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }),
    })).json()
    if (said.access_token) return said
    if (said.error !== 'authorization_pending') throw new Error(said.error)
  }
}`

export const CLIENT_HABITS: readonly Habit[] = [
  {
    habit: 'waits for a promise with a timer in it, on the spot',
    rule: 'DF-C04',
    file: 'client.js',
    ...either(inline, '', 'await new Promise((resolve) => setTimeout(resolve, pause * 1000))'),
  },
  {
    habit: 'waits in a function of its own that can be interrupted',
    rule: 'DF-C04',
    file: 'client.js',
    ...either(nap, 'resolve()', 'setTimeout(resolve, ms)'),
  },
  {
    habit: 'asks from a timer, with the grant type of the drafts',
    rule: 'DF-C05',
    file: 'screen.js',
    ...either(timer, '', 'clearInterval(timer)'),
  },
  {
    habit: 'asks an endpoint that is for this grant alone',
    rule: 'DF-C03',
    file: 'login.py',
    ...either(ownEndpoint, 'while True:', 'ends = time.time() + answer["expires_in"]\n    while time.time() < ends:'),
  },
  {
    habit: 'is a class of this grant, with the grant type as a member',
    rule: 'DF-C03',
    file: 'login.py',
    ...either(oneClass, 'True', 'time.time() < self.ends'),
  },
  {
    habit: 'makes sure that the answer is an object',
    rule: 'DF-C05',
    file: 'login.py',
    ...either(
      dictionary,
      'if said.get("error") == "expired_token":\n            raise TimeoutError()',
      'if said.get("error") not in ("authorization_pending", "slow_down"):\n            raise TimeoutError()',
    ),
  },
  {
    habit: 'tries something else a few times',
    rule: 'DF-C03',
    file: 'login.py',
    ...either(elsewhere, 'while True:', 'ends = time.time() + answer["expires_in"]\n    while time.time() < ends:'),
  },
  {
    habit: 'keeps the scope that came with a token',
    rule: 'DF-C06',
    file: 'login.py',
    ...either(kept, ', "scope": "read"', ''),
  },
  {
    habit: 'catches the error of an answer by its name',
    rule: 'DF-C02',
    file: 'login.py',
    ...either(caught, 'pass', 'if error == "slow_down":\n                    pause += 5'),
  },
  {
    habit: 'looks whether the status is a fault of the server',
    rule: 'DF-C03',
    file: 'login.py',
    ...either(fault, 'while True:', 'ends = time.time() + answer["expires_in"]\n    while time.time() < ends:'),
  },
  {
    habit: 'counts the time in ticks',
    rule: 'DF-C02',
    file: 'login.py',
    ...either(ticking, 'pass', 'if reply["error"] == "slow_down":\n            wait = wait + timedelta(seconds=5)'),
  },
  { habit: 'has a schema of the answer', rule: 'DF-C04', file: 'login.ts', ...either(schema, 'anything()', 'number()') },
]
