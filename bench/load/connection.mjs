// @ts-check
/**
 * One keep-alive connection that asks one thing at a time, as cheaply as Node.js can: the server has to be what is measured, not this.
 * It reads what HTTP servers in this benchmark send (a length, chunks, or no body) and nothing more; it is no HTTP client for other uses.
 */
import { connect } from 'node:net'

/**
 * `head` is the status line and the headers, `body` the content, one character a byte.
 * @typedef {{ readonly status: number, readonly head: string, readonly body: string }} Answer
 * @typedef {{ readonly ask: (request: string) => Promise<Answer>, readonly close: () => void }} Connection
 */

const READ_BYTES = 65_536

/** @param {number} port @returns {Connection} */
export function openConnection(port) {
  /** @type {import('node:net').Socket | undefined} */
  let socket
  let received = ''
  /** @type {{ resolve: (answer: Answer) => void, reject: (error: Error) => void } | undefined} */
  let waiting

  function open() {
    received = ''
    const opened = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(READ_BYTES),
        callback: (count, buffer) => {
          const text = /** @type {Buffer} */ (buffer).toString('latin1', 0, count)
          received = received === '' ? text : received + text
          take()
          return true
        },
      },
    })
    // A server may close a connection that is idle; one that closes it under a request has failed.
    const gone = (/** @type {Error} */ error) => {
      if (socket !== opened) return
      socket = undefined
      settle()?.reject(error)
    }
    opened.on('error', gone)
    opened.on('close', () => gone(new Error('the server closed the connection under a request')))
    socket = opened
    return opened
  }

  function settle() {
    const settled = waiting
    waiting = undefined
    return settled
  }

  function take() {
    const answer = readAnswer(received)
    if (answer === undefined) return
    received = ''
    if (/\r\nconnection: *close/i.test(answer.head)) {
      socket?.destroy()
      socket = undefined
    }
    settle()?.resolve(answer)
  }

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        const at = socket ?? open()
        at.write(request, 'latin1')
      }),
    close: () => {
      const closed = socket
      socket = undefined
      closed?.destroy()
    },
  }
}

/** The answer, once all of it is there. @param {string} text @returns {Answer | undefined} */
function readAnswer(text) {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end)
  const status = Number(text.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    const until = end + 4 + Number(length)
    return text.length < until ? undefined : { status, head, body: text.slice(end + 4, until) }
  }
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const body = readChunks(text, end + 4)
    return body === undefined ? undefined : { status, head, body }
  }
  return { status, head, body: '' }
}

/** @param {string} text @param {number} from */
function readChunks(text, from) {
  let body = ''
  for (let at = from; ; ) {
    const line = text.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(text.slice(at, line), 16)
    const end = line + 2 + size
    if (text.length < end + 2) return undefined
    if (size === 0) return body
    body += text.slice(line + 2, end)
    at = end + 2
  }
}
