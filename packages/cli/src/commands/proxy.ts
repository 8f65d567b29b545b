/**
 * `countersign proxy`: a host's way to a server behind a URL.
 * Invariant: stdout carries MCP and nothing else; what a person should see goes to stderr as well as through the host.
 */
import { hostname } from 'node:os'
import { fileMemory, keepAliveHttp, type ProxyEvent, startProxy, volatileMemory } from '@countersign/mcp/stdio'
import { plainLine } from '@countersign/node'
import type { Invocation } from '../invocation.ts'
import { describe } from '../mcp/flags.ts'
import { memoryDirectory } from '../mcp/memory-directory.ts'
import { readProxyOptions } from '../mcp/read-proxy-options.ts'
import { invitationLines } from '../mcp/invitation-lines.ts'
import { openProxyStores } from '../mcp/proxy-stores.ts'
import { openRuntime } from '../sign-ins/client-parts.ts'
import { userAgent } from '../sign-ins/named-fetch.ts'
import { isDirect } from '../sign-ins/network.ts'
import { version } from '../version.ts'
import type { ProxyCommandOptions } from './proxy-options.ts'

/** Ends when the host closes stdin. @throws CountersignError `usage` */
export async function proxy(invocation: Invocation, url: string, options: ProxyCommandOptions): Promise<void> {
  const { stdin, stdout, environment, output, signal } = invocation
  const settings = await readProxyOptions(url, options, environment)
  const runtime = openRuntime(invocation)
  const directory = options.remember ? memoryDirectory(environment) : undefined
  const say = (line: string) => options.silent !== true && output.say(`countersign: ${plainLine(line)}`)
  const running = await startProxy(
    runtime,
    () => openProxyStores(invocation),
    (line) => stdout.write(`${line}\n`),
    {
      ...settings,
      // A network that was handed in, or that has a proxy of its own, is what the fetch knows.
      http: invocation.client.runtime === undefined && isDirect(environment) ? keepAliveHttp(userAgent(version(), process)) : undefined,
      deviceName: () => options.deviceName ?? hostname(),
      memory: directory === undefined ? volatileMemory() : fileMemory(directory, JSON.stringify([url, options.profile])),
      onEvent: (event) => tell(event),
    },
  )

  function tell(event: ProxyEvent): void {
    if (event.type === 'waiting') {
      // The one thing that is worth a line even for --silent: without it nobody can sign in at hosts that show nothing.
      for (const line of invitationLines(event.flow.invitation, new URL(settings.url).host, runtime.clock.now()))
        output.say(`countersign: ${plainLine(line)}`)
      void event.flow.ended.then((end) => say(end.type === 'signed_in' ? 'signed in' : `not signed in (${end.type})`))
    } else if (event.type === 'failed') say(describe(event.error))
    else if (event.type === 'tool_left_out') say(`the tool ${event.tool} is left out: ${event.why}`)
    else if (options.debug !== true) return
    else if (event.type === 'connected') say(`connected, ${event.version} (${event.era})`)
    else say(`${event.type}${'error' in event ? `: ${describe(event.error)}` : ''}`)
  }

  await new Promise<void>((resolve) => {
    stdin.on('data', (chunk: Buffer) => running.receive(chunk))
    stdin.once('end', resolve).once('close', resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await running.close()
}
