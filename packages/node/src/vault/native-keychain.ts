/**
 * The keychains of macOS and Windows, asked from a program of its own that can be stopped.
 * In this program a keychain that waits for somebody to unlock it would hold up everything, the way out included: the native module calls
 * it on the main thread, and a call that hangs on another one keeps the program from ending.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import type { KeychainAnswer, KeychainStep } from './keychain.ts'
import type { Environment } from './places.ts'
import { unavailable } from './private-directory.ts'

const PROGRAM = `
let text = ''
process.stdin.on('data', (chunk) => { text += chunk }).on('end', () => {
  const { path, steps } = JSON.parse(text)
  let answer
  try {
    const { Entry } = require(path)
    answer = { found: steps.map((step) => {
      const entry = new Entry('countersign', step.account)
      if (step.do === 'set') entry.setPassword(step.secret)
      if (step.do === 'remove') entry.deletePassword()
      return step.do === 'get' ? entry.getPassword() : null
    }) }
  } catch (error) {
    answer = { refused: String(error.message) }
  }
  process.stdout.write(JSON.stringify(answer))
})`

/** What the module at `path` answers within the limit. @throws CountersignError `vault_unavailable` when no program can be started */
export async function askNative(path: string, steps: readonly KeychainStep[], env: Environment, limit: number): Promise<KeychainAnswer> {
  const { output, isLate } = await run(JSON.stringify({ path, steps }), env, limit)
  if (isLate) return { late: 'did not answer' }
  try {
    return JSON.parse(output) as KeychainAnswer
  } catch {
    return { refused: 'the answer broke off' }
  }
}

/** The part of @napi-rs/keyring for one system: the module itself would bring the one for Linux, five times the size of all that is here. */
export function installedModule(platform: NodeJS.Platform, architecture: string = process.arch): string {
  const name = `@napi-rs/keyring-${platform}-${architecture}${platform === 'win32' ? '-msvc' : ''}`
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch (cause) {
    throw unavailable('the keychain module is not installed', `Install ${name}, or use a key file.`, cause)
  }
}

/** What the program says to this input; it is ended when it takes longer than the limit. */
function run(input: string, env: Environment, limit: number): Promise<{ readonly output: string; readonly isLate: boolean }> {
  return new Promise((resolve, reject) => {
    // Secrets go through pipes: arguments and variables are for all to see. What slows down or alters the start of Node is left out.
    const { NODE_OPTIONS: _options, NODE_EXTRA_CA_CERTS: _certificates, ...rest } = env
    const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['pipe', 'pipe', 'ignore'], env: rest, windowsHide: true })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, limit)
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
    child.on('error', (cause) => reject(unavailable('the keychain cannot be asked: no program can be started', 'Use a key file.', cause)))
    child.on('close', () => {
      clearTimeout(timer)
      resolve({ output, isLate: isLate && output === '' })
    })
    // It may be gone before it has read: 'close' tells.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
