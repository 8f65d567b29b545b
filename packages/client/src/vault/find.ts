/** Finding a stored credential by what a person types, without asking the network. */
import { readVaultName, type Vault, type VaultEntry } from './vault.ts'

/**
 * The entries of a profile for a URL: those of the resource it names exactly, else of the nearest resource it lies below on the same
 * origin, else those of the issuer it is. More than one when several issuers or clients serve the same place.
 */
export async function findEntries(vault: Vault, url: string, profile: string): Promise<readonly VaultEntry[]> {
  if (!URL.canParse(url)) return []
  const wanted = new URL(url)
  let best = 0
  let found: VaultEntry[] = []
  for (const entry of await vault.list()) {
    const parts = readVaultName(entry.name)
    if (parts === undefined || parts.profile !== profile) continue
    const match = parts.resource === undefined ? Number(isSame(parts.issuer, wanted)) : closeness(parts.resource, wanted)
    if (match > best) found = []
    if (match > 0 && match >= best) found.push(entry)
    best = Math.max(best, match)
  }
  return found
}

/** 0 for no match; an issuer scores 1, a resource above the URL more the nearer it is, the URL itself most. */
function closeness(resource: string, wanted: URL): number {
  if (!URL.canParse(resource)) return 0
  if (isSame(resource, wanted)) return Number.MAX_SAFE_INTEGER
  const { origin, pathname, search } = new URL(resource)
  const above = pathname.endsWith('/') ? pathname : `${pathname}/`
  return origin === wanted.origin && search === '' && wanted.pathname.startsWith(above) ? 1 + above.length : 0
}

function isSame(text: string, wanted: URL): boolean {
  if (!URL.canParse(text)) return false
  const { origin, pathname, search } = new URL(text)
  return origin === wanted.origin && pathname === wanted.pathname && search === wanted.search
}
