/** The vault: where it is, what protects it, whether it can be written, and what is in it. */
import { stat } from 'node:fs/promises'
import { readVaultName, type VaultEntry } from '@countersign/client'
import { probeKeychain } from '@countersign/node/vault'
import type { ClientParts, Environment } from '../invocation.ts'
import { commandFor, placeOf, profileOf } from '../sign-ins/find-sign-in.ts'
import { tryVault } from '../sign-ins/try-vault.ts'
import { failed, type Finding } from './finding.ts'

export interface VaultExamined {
  readonly findings: readonly Finding[]
  readonly entries: readonly VaultEntry[]
}

/** `open` opens the vault. */
export async function examineVault(open: () => Promise<ClientParts>, environment: Environment): Promise<VaultExamined> {
  const agent = await examineAgent(environment)
  let parts: ClientParts
  try {
    parts = await open()
    await tryVault(parts, 'https://doctor.invalid')
  } catch (error) {
    return { findings: [failed('vault', error), await keychain(environment, undefined), ...agent], entries: [] }
  }
  const { kind, where, protection } = parts.vault.description
  const isWeak = kind === 'beside'
  const next = 'Move the directory away, and sign in without --insecure-storage: docs/vault.md'
  const vault: Finding = {
    check: 'vault',
    status: isWeak ? 'warning' : 'ok',
    found: `${where}: ${protection}`,
    ...(isWeak ? { next } : {}),
  }
  try {
    const entries = (await parts.vault.list()).filter(({ name }) => readVaultName(name) !== undefined)
    const findings = [vault, await keychain(environment, kind), signIns(entries, parts.runtime.clock.now()), ...agent]
    return { findings, entries }
  } catch (error) {
    return { findings: [vault, failed('sign-ins', error), ...agent], entries: [] }
  }
}

/** Whether there is one matters only to a vault that has its key there, or to a new one. */
async function keychain(environment: Environment, kind: string | undefined): Promise<Finding> {
  const { name, fault } = await probeKeychain(environment)
  if (fault === undefined) {
    const unused = kind === undefined || kind === 'keychain' ? '' : '; this vault was made without it, and stays so'
    return { check: 'keychain', status: 'ok', found: `${name}: keeps what it is given${unused}` }
  }
  if (kind !== undefined && kind !== 'keychain') {
    return { check: 'keychain', status: 'ok', found: `${fault}; this vault does not need one` }
  }
  return { check: 'keychain', status: 'failed', found: fault, next: 'Unlock it, or sign in on the desktop: docs/vault.md' }
}

function signIns(entries: readonly VaultEntry[], now: number): Finding {
  const ended = entries.filter(
    ({ credential: { refreshToken, expiresAt } }) => refreshToken === undefined && expiresAt !== undefined && expiresAt <= now,
  )
  const [first] = ended
  const found = entries.length === 1 ? '1 sign-in' : `${entries.length} sign-ins`
  if (first === undefined) return { check: 'sign-ins', status: 'ok', found }
  const next = commandFor('login', placeOf(first), profileOf(first))
  return { check: 'sign-ins', status: 'warning', found: `${found}, ${ended.length} of them expired for good`, next }
}

async function examineAgent({ COUNTERSIGN_AGENT: path = '' }: Environment): Promise<readonly Finding[]> {
  if (path === '') return []
  const found = await stat(path).catch(() => undefined)
  if (found?.isSocket() === true) return [{ check: 'agent', status: 'ok', found: `${path} (COUNTERSIGN_AGENT)` }]
  return [{ check: 'agent', status: 'failed', found: `no agent at ${path} (COUNTERSIGN_AGENT)`, next: 'Start one, or unset the variable.' }]
}
