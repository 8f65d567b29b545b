// @ts-check
/** Servers as programs of their own: started on their core, ready when they have told their address, ended by us and nobody else. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { connect } from 'node:net'
import { devNull } from 'node:os'
import { onServerCore, pause } from '../load/machine.mjs'

/**
 * `said`: everything it printed until it was ready. `spawnedAt`: by `performance.now()`.
 * @typedef {{
 *   readonly port: number,
 *   readonly url: string,
 *   readonly pid: number,
 *   readonly said: string,
 *   readonly spawnedAt: number,
 *   readonly stop: () => Promise<void>,
 * }} Program
 */

const READY = /listening on (http:\/\/127\.0\.0\.1:\d+)/
const READY_MILLISECONDS = 60_000
const GRACE_MILLISECONDS = 10_000

/**
 * Starts a program that prints `listening on http://127.0.0.1:PORT` on standard output, or one that says nothing and listens on the given port.
 * Its standard error goes to the file, or nowhere.
 * @param {readonly string[]} command
 * @param {{ readonly environment?: Readonly<Record<string, string>>, readonly log?: string, readonly port?: number }} [options]
 * @returns {Promise<Program>}
 */
export async function startProgram(command, { environment = {}, log = devNull, port } = {}) {
  const [file, ...args] = onServerCore(command)
  const errors = openSync(log, 'a')
  const spawnedAt = performance.now()
  const child = spawn(file, args, { env: { ...process.env, NODE_ENV: 'production', ...environment }, stdio: ['ignore', 'pipe', errors] })
  closeSync(errors)
  const ended = once(child, 'exit')
  endWithUs(child)
  const said = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in time: ${command.join(' ')}`)), READY_MILLISECONDS)
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text
      if (READY.test(output)) settle(() => resolve(output))
    })
    child.on('error', (error) => settle(() => reject(error)))
    child.on('exit', (code) => settle(() => reject(new Error(`ended with ${code} before it was ready: ${command.join(' ')}`))))
    if (port !== undefined) {
      void accepts(port, () => child.exitCode === null).then(() => settle(() => resolve(`listening on http://127.0.0.1:${port}`)))
    }
    const settle = (/** @type {() => void} */ act) => {
      clearTimeout(timer)
      act()
    }
  }).catch((/** @type {unknown} */ error) => {
    child.kill('SIGKILL')
    throw error
  })
  const url = READY.exec(said)?.[1] ?? ''
  return {
    url,
    said,
    spawnedAt,
    port: Number(new URL(url).port),
    pid: /** @type {number} */ (child.pid),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MILLISECONDS)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Nothing that was started here outlives the benchmark, however that ends. @param {import('node:child_process').ChildProcess} child */
export function endWithUs(child) {
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
}

/** Resolves when somebody accepts connections there. @param {number} port @param {() => boolean} hopeful */
async function accepts(port, hopeful) {
  while (hopeful()) {
    const socket = connect({ port, host: '127.0.0.1' })
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (connected) return
    await pause(10)
  }
}

/** Runs a program of Node.js to its end. @param {readonly string[]} args @param {string} [input] @returns {Promise<string>} what it said on standard output */
export async function runNode(args, input = '') {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  let complained = ''
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    said += text
  })
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    complained += text
  })
  child.stdin.end(input)
  const [code] = /** @type {[number | null]} */ (await once(child, 'close'))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${complained}`)
  return said
}
