/** HTTP as bytes on a socket, so that nothing between a test and the server repairs what is wrong on purpose. */
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** Names in lower case, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** Opens a connection that gathers what comes back. */
export function dial(port: number): { readonly socket: Socket; readonly received: () => string; readonly ended: Promise<string> } {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    text += chunk
  })
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(text))
    socket.on('error', () => undefined)
  })
  return { socket, received: () => text, ended }
}

/** Sends bytes on a connection of its own and takes everything until the server closes it. The text must ask for that. */
export async function sendRaw(port: number, text: string | Buffer): Promise<readonly RawAnswer[]> {
  const { socket, ended } = dial(port)
  socket.write(text)
  return readAnswers(await ended)
}

/** Takes apart answers that carry Content-Length, or none and nothing after them. */
export function readAnswers(text: string): readonly RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = text
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n')
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n')
    const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)] as const)
    const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0)
    answers.push({ status: Number(first.split(' ')[1]), headers, body: rest.slice(end + 4, end + 4 + length) })
    rest = rest.slice(end + 4 + length)
  }
  return answers
}

/** A request that ends its connection. */
export function request(target: string, lines: readonly string[] = [], body = '', method = body === '' ? 'GET' : 'POST'): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  return [`${method} ${target} HTTP/1.1`, 'Host: as.example', 'Connection: close', ...length, ...lines, '', body].join('\r\n')
}
