/** The words of a device flow in their other meanings: devices, codes, polls and approvals that have nothing to do with a login. */
import { expect, test } from 'vitest'
import { subjectOf } from '../src/facts/roles.ts'
import { readProject } from '../src/link/read.ts'
import { RULES } from '../src/rules/catalogue.ts'
import { judge } from '../src/verdict/judge.ts'

const SOURCES: readonly (readonly [name: string, text: string])[] = [
  [
    'push.ts',
    `export async function register(deviceToken: string) {
  const response = await fetch('https://push.example/devices', { method: 'POST', body: JSON.stringify({ device_token: deviceToken }) })
  if (response.status === 429) await new Promise((resolve) => setTimeout(resolve, 1000))
  console.log('registered', deviceToken)
}`,
  ],
  [
    'barcode.ts',
    `const USER_CODES = new Map<string, string>()
export function userCode(id: string): string {
  const code = Math.random().toString(36).slice(2, 6)
  USER_CODES.set(code, id)
  return code
}`,
  ],
  [
    'poll.js',
    `function poll(job, interval) {
  fetch('/jobs/' + job).then((r) => r.json()).then((state) => {
    if (state.status === 'pending') setTimeout(() => poll(job, interval), 1000)
    else console.log('device_code of the printer:', state.device_code)
  })
}
module.exports = { poll }`,
  ],
  [
    'survey.py',
    `import time, requests
def slow_down(speed):
    return speed - 5
def poll_device(host):
    while True:
        answer = requests.get("http://" + host + "/status").json()
        if answer["state"] == "approved":
            return answer["device_code"]
        time.sleep(1)
`,
  ],
  [
    'errors.go',
    `package modem
import "errors"
var ErrSlowDown = errors.New("slow down: the line is busy")
type Device struct { Code int; UserCode string }
func (d *Device) Approve(userCode string) error {
	if d.UserCode != userCode { return ErrSlowDown }
	d.Code = 1
	return nil
}`,
  ],
  [
    'codes.ts',
    `export const OAUTH_ERRORS = ['invalid_grant', 'authorization_pending', 'slow_down', 'expired_token'] as const
export const isOAuthError = (code: string) => OAUTH_ERRORS.some((each) => each === code)`,
  ],
  [
    'metadata.ts',
    `export interface Metadata { device_authorization_endpoint?: string; grant_types_supported?: string[] }
export async function metadataOf(issuer: string): Promise<Metadata> {
  const response = await fetch(issuer + '/.well-known/oauth-authorization-server')
  return (await response.json()) as Metadata
}`,
  ],
  [
    'door.py',
    `from flask import Flask, request
app = Flask(__name__)
@app.post("/doors/open")
def open_door():
    user_code = request.form["user_code"]
    return {"status": "approved" if user_code == "1234" else "denied"}
`,
  ],
]

test.each(SOURCES)('%s has no device flow', async (name, text) => {
  const findings = judge(RULES, subjectOf(await readProject(new Map([[name, text]]))))
  expect(findings.map(({ rule, message }) => `${rule} ${message}`)).toEqual([])
})

test('all of them in one program have none either', async () => {
  const findings = judge(RULES, subjectOf(await readProject(new Map(SOURCES))))
  expect(findings.map(({ rule, message }) => `${rule} ${message}`)).toEqual([])
})
