/**
 * `countersign proxy`: a host's way to a server behind a URL.
 * Invariant: stdout carries MCP and nothing else; what a person should see goes to stderr as well as through the host.
 */
import { keepAliveHttp, type ProxyEvent, startProxy } from '@countersign/mcp/stdio'
import type { Invocation } from '../invocation.ts'
import { describe } from '../mcp/flags.ts'
import { openFront } from '../mcp/front.ts'
import { openProxyStores } from '../mcp/proxy-stores.ts'
import { readProxyOptions } from '../mcp/read-proxy-options.ts'
import { userAgent } from '../sign-ins/named-fetch.ts'
import { isDirect } from '../sign-ins/network.ts'
import { version } from '../version.ts'
import type { ProxyCommandOptions } from './proxy-options.ts'

/** Ends when the host closes stdin. @throws CountersignError `usage` */
export async function proxy(invocation: Invocation, url: string, options: ProxyCommandOptions): Promise<void> {
  const { stdin, stdout, environment, signal } = invocation
  const given = await readProxyOptions(url, options, environment)
  const { runtime, settings, patience, say, debug, failed, waiting } = openFront(invocation, options, new URL(given.url).host, [url])
  // A network that was handed in, or that has a proxy of its own, is what the fetch knows.
  const isPlain = invocation.client.runtime === undefined && isDirect(environment)
  const running = await startProxy(
    runtime,
    () => openProxyStores(invocation),
    (line) => stdout.write(`${line}\n`),
    {
      ...given,
      ...settings,
      limits: { ...given.limits, patience },
      http: isPlain ? keepAliveHttp(userAgent(version(), process)) : undefined,
      onEvent: tell,
    },
  )

  function tell(event: ProxyEvent): void {
    if (event.type === 'waiting') waiting(event)
    else if (event.type === 'failed') failed(event.error)
    else if (event.type === 'tool_left_out') say(`the tool ${event.tool} is left out: ${event.why}`)
    else if (event.type === 'connected') debug(`connected, ${event.version} (${event.era})`)
    else debug(`${event.type}${'error' in event ? `: ${describe(event.error)}` : ''}`)
  }

  await new Promise<void>((resolve) => {
    stdin.on('data', (chunk: Buffer) => running.receive(chunk))
    stdin.once('end', resolve).once('close', resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await running.close()
}
