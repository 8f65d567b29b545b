/** Decides as docs/probe.md says that a program may: from its environment, on the pages of the server beside it. Writes down what it was asked, if COUNTERSIGN_TEST_LOG names a file. */
import { appendFileSync } from 'node:fs'

const {
  COUNTERSIGN_DECISION: decision,
  COUNTERSIGN_USER_CODE: user_code,
  COUNTERSIGN_VERIFICATION_URI: page,
  COUNTERSIGN_TEST_LOG: log,
} = process.env
if (log !== undefined) appendFileSync(log, `${JSON.stringify({ decision, page, given: process.argv.slice(2) })}\n`)
const { origin } = new URL(page)
const post = (path, form, cookie = '') =>
  fetch(origin + path, { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams(form) })
const signedIn = await post('/sign-in', { name: 'ada', password: 'correct horse' })
const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
const entry = await (await fetch(page, { headers: { cookie } })).text()
const csrf = /name="csrf" value="([^"]+)"/.exec(entry)?.[1] ?? ''
const { status } = await post('/device', { user_code, csrf, decision }, cookie)
process.exitCode = status === 200 ? 0 : 1
