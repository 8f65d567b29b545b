/**
 * The socket of `countersign agent`: whoever gets to it is a program of the same user, and may be a broken or a hostile one. It gets what was asked
 * for or an error, keeps nobody else from being served, and reads nothing in an error but what went wrong.
 */
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CountersignError } from '@countersign/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { serveAgent } from '../../packages/cli/src/agent/serve-agent.ts'

const WHICH = { url: 'https://mcp.example/mcp', profile: 'default' }
const QUESTION = JSON.stringify({ do: 'token', which: WHICH })

async function openAgent() {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-adversary-agent-'))
  const asked: unknown[] = []
  const source = {
    token: async (which: unknown) => {
      asked.push(which)
      if (JSON.stringify(which).includes('nobody')) throw new CountersignError('not_signed_in', 'not signed in')
      return { accessToken: 'the-token', tokenType: 'Bearer', scope: [], obtainedAt: 1 }
    },
    authorize: async (_which: unknown, request: { readonly url: string }) => {
      asked.push(request)
      throw new CountersignError('resource_mismatch', `this sign-in is not for ${new URL(request.url).origin}`)
    },
  }
  const path = join(folder, 'socket')
  const agent = await serveAgent(path, source as unknown as Parameters<typeof serveAgent>[1])
  const sockets: Socket[] = []
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await agent.close()
    rmSync(folder, { recursive: true })
  })
  /** Everything that comes back until there are so many lines, or the other side has ended. */
  function talk(...pieces: readonly (string | Buffer)[]) {
    const socket = connect(path)
    sockets.push(socket)
    let heard = ''
    socket
      .setEncoding('utf8')
      .on('data', (text: string) => (heard += text))
      .on('error', () => undefined)
    for (const piece of pieces) socket.write(piece)
    const lines = () => heard.split('\n').filter(Boolean)
    return { socket, lines, until: (count: number) => expect.poll(() => lines().length, { timeout: 10_000 }).toBe(count) }
  }
  return { folder, path, asked, talk }
}

test.each([
  ['no JSON', 'token please SECRET'],
  ['null', 'null'],
  ['a list', '[{"do":"token"}]'],
  ['a text', '"SECRET"'],
  ['nothing to do', JSON.stringify({ which: WHICH })],
  ['something else to do', JSON.stringify({ do: 'export', which: WHICH })],
  ['what every object has to do', JSON.stringify({ do: 'constructor', which: WHICH })],
  ['an address that is a list', JSON.stringify({ do: 'token', which: { ...WHICH, url: ['SECRET'] } })],
  ['a prototype', '{"do":"token","__proto__":{"which":{"url":"SECRET","profile":"p"}}}'],
  ['no request', JSON.stringify({ do: 'authorize', which: WHICH, request: null })],
  ['a method that is an object', JSON.stringify({ do: 'authorize', which: WHICH, request: { method: {}, url: 'SECRET' } })],
  ['deeper than anybody asks', `{"do":"token","which":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
])('%s: an error that repeats nothing, and the next question on the same connection is answered', async (_what, line) => {
  const { talk, asked } = await openAgent()
  const { lines, until } = talk(`${line}\n`, `${QUESTION}\n`)
  await until(2)
  const [first = '', second = ''] = lines()
  expect(JSON.parse(first)).toHaveProperty('error.code')
  expect(first).not.toContain('SECRET')
  expect(JSON.parse(second)).toMatchObject({ ok: { accessToken: 'the-token' } })
  expect(asked).toEqual([WHICH])
})

test('a token for one place is not given out for another', async () => {
  const { talk } = await openAgent()
  const { lines, until } = talk(
    `${JSON.stringify({ do: 'authorize', which: WHICH, request: { method: 'GET', url: 'https://evil.example/' } })}\n`,
  )
  await until(1)
  expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ error: { code: 'resource_mismatch' } })
  expect(lines()[0]).not.toContain('the-token')
})

test('a thousand questions in one piece, and one in a thousand pieces, get their answers in turn', async () => {
  const { talk } = await openAgent()
  const many = talk(
    Array.from(
      { length: 1000 },
      (_, at) => `${JSON.stringify({ do: 'token', which: { ...WHICH, url: at % 2 === 0 ? 'https://nobody.example' : WHICH.url } })}\n`,
    ).join(''),
  )
  const slow = talk(...[...`${QUESTION}\n`].map((character) => Buffer.from(character)))
  await many.until(1000)
  await slow.until(1)
  expect(many.lines().map((line) => Object.keys(JSON.parse(line) as object)[0])).toEqual(
    Array.from({ length: 1000 }, (_, at) => (at % 2 === 0 ? 'error' : 'ok')),
  )
})

test('whoever sends without end is cut off with a word, and others are served meanwhile', async () => {
  const { talk } = await openAgent()
  const endless = talk(Buffer.alloc(400_000, 'x'))
  const other = talk(`${QUESTION}\n`)
  await other.until(1)
  await endless.until(1)
  expect(JSON.parse(endless.lines()[0] ?? '')).toMatchObject({ error: { code: 'invalid_response' } })
  await expect.poll(() => endless.socket.readableEnded || endless.socket.destroyed).toBe(true)
})

test('connections that say nothing, and those that hang up in the middle, take nothing from the next', async () => {
  const { talk } = await openAgent()
  for (let at = 0; at < 200; at++) {
    const { socket } = talk(at % 2 === 0 ? '' : QUESTION.slice(0, 20))
    if (at % 4 === 1) socket.destroy()
  }
  const { until } = talk(`${QUESTION}\n`)
  await until(1)
})

test('a socket is not made where others could get at it, nor over what is no socket of an agent', async () => {
  const { folder, path } = await openAgent()
  const open = mkdtempSync(join(tmpdir(), 'countersign-adversary-open-'))
  onTestFinished(() => rmSync(open, { recursive: true }))
  chmodSync(open, 0o755)
  const source = {} as Parameters<typeof serveAgent>[1]
  await expect(serveAgent(join(open, 'socket'), source)).rejects.toMatchObject({ code: 'usage' })
  await expect(serveAgent(path, source)).rejects.toThrow('an agent is there already')
  // A link in a private folder that leads to a public one is judged by where it leads.
  symlinkSync(open, join(folder, 'link'))
  await expect(serveAgent(join(folder, 'link', 'socket'), source)).rejects.toMatchObject({ code: 'usage' })
})
