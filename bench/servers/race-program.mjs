// @ts-check
/** One of many programs that need the same token: does what it is told over its channel, and says at which point it is when asked to. */
import { tokensOf } from '@countersign/client'
import { nodeSuite, systemClock, systemSleep } from '@countersign/node'
import { openVault } from '@countersign/node/vault'

const vault = await openVault({ env: process.env })
let pass = () => {}
let checkpoints = false

/** Waits until it may go on, or dies here. @param {string} name */
async function point(name) {
  if (!checkpoints) return
  const passed = new Promise((resolve) => {
    pass = () => resolve(undefined)
  })
  process.send?.({ point: name })
  await passed
}

const watched = {
  ...vault,
  write: async (/** @type {string} */ name, /** @type {import('@countersign/client').Credential} */ credential) => {
    await point('before writing')
    await vault.write(name, credential)
    await point('written')
  },
}
/** @type {import('@countersign/client').Runtime['fetch']} */
const asking = async (url, init = {}) => {
  await point('before the request')
  const headers = new Headers(init.headers)
  headers.set('x-program', String(process.pid))
  return fetch(url, { ...init, headers })
}
const runtime = { fetch: asking, clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }

process.on('message', (/** @type {any} */ message) => {
  if (message.pass) pass()
  else void race(message)
})
process.on('disconnect', () => process.exit())
process.send?.({ ready: true })

/** @param {{ name: string, at: number, checkpoints: boolean }} message */
async function race(message) {
  checkpoints = message.checkpoints
  while (Date.now() < message.at) await new Promise((resolve) => setTimeout(resolve, 1))
  try {
    const { accessToken } = await tokensOf(runtime, watched).accessToken(message.name)
    process.send?.({ token: accessToken })
  } catch (error) {
    process.send?.({ error: String(error) })
  }
}
