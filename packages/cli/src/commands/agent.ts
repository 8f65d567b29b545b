/** `countersign agent`: keeps the vault open in one program, for others to ask. */
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { ownPlace, serveAgent } from '../agent/serve-agent.ts'
import { run } from '../programs/run-program.ts'
import { openClientParts } from '../sign-ins/client-parts.ts'
import { vaultSource } from '../sign-ins/token-source.ts'
import type { AgentOptions } from './use-options.ts'

/**
 * Answers on a socket for as long as the program it starts runs, or until a signal.
 * @throws CountersignError `vault_unavailable` before anything is started, `usage`
 */
export async function agent(invocation: Invocation, command: readonly string[], { socket }: AgentOptions): Promise<ExitCode> {
  const { output, environment, signal } = invocation
  const parts = await openClientParts(invocation)
  // Opens the vault now, while somebody is there to unlock it.
  await parts.vault.list()
  const place = socket === undefined ? await ownPlace(environment['XDG_RUNTIME_DIR']) : { path: socket, remove: async () => undefined }
  try {
    const { path, close } = await serveAgent(place.path, vaultSource(output, parts))
    try {
      const [program, ...args] = command
      if (program !== undefined) return await run(invocation, [program, ...args], { ...environment, COUNTERSIGN_AGENT: path })
      output.result({ socket: path }, `COUNTERSIGN_AGENT='${path}'; export COUNTERSIGN_AGENT`)
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      return EXIT.ok
    } finally {
      await close()
    }
  } finally {
    await place.remove()
  }
}
