/**
 * The main job, end to end: an authorization server, a protected MCP server, a program without a browser that signs in with a code,
 * a person who approves it, and one tool called with the token. `--approve` plays the person too.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callTool } from './call-tool.ts'
import { freePorts, type Running, startProgram, stopProgram } from './programs.ts'
import { openScriptlessBrowser, overHttp } from './scriptless-browser.ts'

const NAME = 'ada'
const PASSWORD = 'analytical engine'
const SCOPE = 'notes:read notes:write'
const SCOPES = { 'notes:read': 'Read your notes', 'notes:write': 'Add notes in your name' }

const playsThePerson = process.argv.includes('--approve')
const { resolve } = createRequire(import.meta.url)
const countersign = join(resolve('countersign/package.json'), '../dist/main.cjs')
const notesServer = join(resolve('@countersign-example/notes-server/package.json'), '../dist/main.js')

const folder = await mkdtemp(join(tmpdir(), 'countersign-demo-'))
const running: Running[] = []
let step = 0

function tell(text: string): void {
  process.stderr.write(`${++step}. ${text}\n`)
}

async function walk(): Promise<void> {
  const [authorityPort, notesPort] = await freePorts(2)
  const issuer = `http://127.0.0.1:${authorityPort}`
  const resource = `http://127.0.0.1:${notesPort}/mcp`
  // Everything in one folder, the vault's key too: the demo leaves nothing behind, in no keychain either.
  const environment = {
    COUNTERSIGN_DATA: join(folder, 'authority'),
    COUNTERSIGN_VAULT_DIR: join(folder, 'vault'),
    COUNTERSIGN_KEY_FILE: join(folder, 'vault.key'),
  }
  const configuration = join(folder, 'countersign.json')
  await writeFile(configuration, JSON.stringify({ resources: [{ resource, name: 'Demo notes', scopes: SCOPES }] }))

  const serve = startProgram(countersign, ['serve', '--listen', `127.0.0.1:${authorityPort}`, '--config', configuration, '--log', 'off'], {
    environment,
  })
  running.push(serve)
  await serve.until(/listening on/)
  tell(`the authorization server runs at ${issuer}, its database in ${folder}`)

  const notes = startProgram(notesServer, ['--issuer', issuer, '--port', String(notesPort)])
  running.push(notes)
  await notes.until(/listening on/)
  tell(`a protected MCP server runs at ${resource}; it answers 401 to strangers: ${await challengeOf(resource)}`)

  const account = startProgram(countersign, ['admin', 'user', 'add', NAME, '--password-stdin', '--config', configuration], {
    environment,
    input: PASSWORD,
  })
  if ((await account.ended) !== 0) throw new Error(`the account was not made: ${account.text()}`)
  tell(`an account was made: sign in as "${NAME}" with the password "${PASSWORD}"`)

  tell(`now a program without a browser signs in: countersign login ${resource} --scope "${SCOPE}"`)
  // In CI a code is held back, because logs are read by others; this one is worth nothing outside of this walk.
  const login = startProgram(countersign, ['login', resource, '--scope', SCOPE, '--show-code'], {
    environment,
    show: true,
    terminal: !playsThePerson && process.stderr.isTTY,
  })
  running.push(login)
  if (playsThePerson) await approve(issuer, login)
  if ((await login.ended) !== 0) throw new Error('the sign-in did not succeed')
  tell('signed in; the tokens are in an encrypted vault, bound to a key that never left this machine')

  Object.assign(process.env, environment)
  tell(
    `called the tool "add_note" of the protected server: ${await callTool(resource, 'add_note', { text: 'signed in without a browser' })}`,
  )
  tell(`called the tool "whoami": ${await callTool(resource, 'whoami', {})}`)

  const logout = startProgram(countersign, ['logout', resource], { environment })
  if ((await logout.ended) !== 0) throw new Error(`signing out failed: ${logout.text()}`)
  tell('signed out: the grant is revoked and forgotten')
}

async function challengeOf(resource: string): Promise<string> {
  const response = await fetch(resource)
  const challenge = response.headers.get('www-authenticate') ?? ''
  if (response.status !== 401 || challenge === '') throw new Error(`the MCP server is not protected: ${response.status}`)
  return challenge.length > 100 ? `${challenge.slice(0, 100)}...` : challenge
}

/** Does what a person does, over real HTTP: signs in, enters the code, compares, approves. */
async function approve(issuer: string, login: Running): Promise<void> {
  const [userCode] = await login.until(/\b[BCDFGHJKLMNPQRSTVWXZ]{3}(?:-[BCDFGHJKLMNPQRSTVWXZ]{3}){2}\b/)
  const browser = openScriptlessBrowser(issuer, overHttp(issuer))
  await browser.signIn(NAME, PASSWORD)
  const compare = await browser.enter(userCode)
  if (!compare.body.includes(userCode)) throw new Error('the page does not show the code to compare')
  tell(`the person signed in, entered ${userCode} and compared it with the one in the terminal`)
  const done = await browser.approve(compare)
  if (done.status !== 200) throw new Error(`the approval was answered with ${done.status}`)
  tell('the person approved')
}

try {
  await walk()
} catch (error) {
  process.stderr.write(`the demo failed: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await Promise.all(running.map(stopProgram))
  await rm(folder, { recursive: true, force: true })
}
