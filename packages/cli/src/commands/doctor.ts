/** `countersign doctor`: where tokens live and why, and what stands in the way, each with the next step. */
import { CountersignError } from '@countersign/protocol'
import { examineMachine } from '../doctor/examine-machine.ts'
import { examineServer } from '../doctor/examine-server.ts'
import { examineVault } from '../doctor/examine-vault.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { CommonOptions, Invocation } from '../invocation.ts'
import { openClientParts, openRuntime } from '../sign-ins/client-parts.ts'
import { table } from '../table.ts'

const MOST_SERVERS = 5

/** Examines the machine, the vault, and the server of the URL, or those of the sign-ins there are. Ends with 1 when something failed. */
export async function doctor(invocation: Invocation, url: string | undefined, _options: CommonOptions): Promise<ExitCode> {
  const { output, environment, signal } = invocation
  if (url !== undefined && !URL.canParse(url)) {
    throw new CountersignError('usage', `not a URL: ${url}`, { hint: 'Give the whole address, with https://.' })
  }
  const runtime = openRuntime(invocation)
  const machine = await examineMachine(environment, process.version)
  const { findings, entries } = await examineVault(() => openClientParts(invocation), environment)
  const issuers = [...new Set(entries.map(({ credential: { issuer } }) => issuer))].slice(0, MOST_SERVERS)
  const servers = await Promise.all((url === undefined ? issuers : [url]).map((each) => examineServer(runtime, each, signal)))
  const all = [...machine, ...findings, ...servers.flat()]
  const rows = all.map(({ status, check, found, next }) => [status, check, next === undefined ? found : `${found}. Next: ${next}`])
  output.result({ findings: all }, table([], rows, output.stdout))
  return all.some(({ status }) => status === 'failed') ? EXIT.failure : EXIT.ok
}
