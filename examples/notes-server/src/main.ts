/** `node dist/main.js --issuer URL [--port N] [--resource URL] [--require-dpop]`: prints `listening on URL` when it is ready. */
import { parseArgs } from 'node:util'
import { CountersignError } from '@countersign/protocol'
import { startNotesServer } from './notes-server.ts'

const USAGE = 'usage: notes-server --issuer URL [--port N] [--resource URL] [--require-dpop]'

function fail(words: string, code: number): never {
  console.error(words)
  process.exit(code)
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        issuer: { type: 'string' },
        port: { type: 'string', default: '8787' },
        resource: { type: 'string' },
        'require-dpop': { type: 'boolean', default: false },
      },
    })
    const { issuer, resource } = values
    const port = Number(values.port)
    if (issuer === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) return fail(USAGE, 2)
    return { issuer, port, dpop: values['require-dpop'] ? 'require' : 'accept', ...(resource === undefined ? {} : { resource }) } as const
  } catch (error) {
    return fail(`${(error as Error).message}\n${USAGE}`, 2)
  }
}

try {
  const server = await startNotesServer(readArguments())
  console.log(`listening on ${server.url}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
} catch (error) {
  fail(error instanceof CountersignError ? `${error.message}\n${error.hint ?? ''}` : String(error), 1)
}
