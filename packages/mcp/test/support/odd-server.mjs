// @ts-check
/** A stdio server that does what tests of `wrap` need, and tells which token it was started with, how many characters of it. */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'

const { TOKEN = '', ODD = '' } = process.env
/** @param {object} message */
const say = (message) => void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
/** @type {Map<string, number>} */
const asked = new Map()

/** @param {Buffer} line */
function hear(line) {
  /** @type {any} */
  let message
  try {
    message = JSON.parse(line.toString())
  } catch {
    return say({ method: 'notifications/odd', params: { unread: createHash('sha256').update(line).digest('hex') } })
  }
  const { id, method, params = {}, result } = message
  if (method === 'initialize') {
    return say({ id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'odd', version: '1' } } })
  }
  if (method === undefined) {
    const call = asked.get(id)
    if (call !== undefined) say({ id: call, result: { content: [{ type: 'text', text: `${result.text} to ${TOKEN.slice(-8)}` }] } })
    return
  }
  if (method !== 'tools/call') return id === undefined ? undefined : say({ id, result: {} })
  const text = (/** @type {string} */ words) => say({ id, result: { content: [{ type: 'text', text: words }] } })
  if (params.name === 'which') return text(TOKEN.slice(-8))
  if (params.name === 'digest') return text(createHash('sha256').update(line).digest('hex'))
  if (params.name === 'die') return process.exit(7)
  if (params.name === 'ask') {
    // The same id in every run: answers must find the run that asked.
    asked.set('question', id)
    return say({ id: 'question', method: 'roots/list' })
  }
  if (params.name === 'raw') {
    const bytes = Buffer.from(params.arguments.base64, 'base64')
    // Piece by piece, so that characters and lines are torn apart.
    const step = Math.max(1, Math.ceil(bytes.length / params.arguments.pieces))
    /** @param {number} at */
    const write = (at) => {
      if (at >= bytes.length) return text('written')
      process.stdout.write(bytes.subarray(at, at + step), () => setImmediate(write, at + step))
    }
    return write(0)
  }
}

let rest = Buffer.alloc(0)
process.stdin.on('data', (chunk) => {
  rest = Buffer.concat([rest, chunk])
  for (let at = rest.indexOf(10); at !== -1; at = rest.indexOf(10)) {
    const line = rest.subarray(0, at)
    rest = rest.subarray(at + 1)
    hear(line)
  }
})
if (ODD === 'stubborn') {
  process.on('SIGTERM', () => undefined)
  setInterval(() => undefined, 1000)
} else process.stdin.on('end', () => process.exit(0))
