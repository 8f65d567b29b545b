/** `countersign serve`: runs until it is told to stop, and stops without losing a request. */
import { plainLine } from '@countersign/node'
import type { Flags } from '@countersign/server'
import { gatheredLines } from '../gathered-lines.ts'
import type { CommonOptions, Invocation } from '../invocation.ts'
import { loadServer } from './server-package.ts'

export type ServeOptions = CommonOptions & Flags

/**
 * Serves until the signal. The one line on stdout says that it is ready: programs that start it wait for that line.
 * @throws CountersignError `configuration_invalid`, `store_unavailable`, or `usage` for a bad flag
 */
export async function serve({ environment, output, signal, onHangUp }: Invocation, options: ServeOptions): Promise<void> {
  const { greeting, readConfiguration, startServer } = await loadServer()
  const configuration = readConfiguration(options, environment)
  const log = gatheredLines(output.say)
  process.once('exit', log.flush)
  try {
    const server = await startServer(configuration, { log: log.say, environment })
    for (const line of greeting(configuration, server)) log.say(plainLine(line))
    log.flush()
    output.result({ listening: server.url, issuer: server.issuer }, `listening on ${server.url}`)
    onHangUp(() => void server.reload(() => readConfiguration(options, environment)))
    await aborted(signal)
    await server.drain()
    await server.close()
  } finally {
    log.flush()
    process.off('exit', log.flush)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
