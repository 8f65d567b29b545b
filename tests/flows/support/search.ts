/** Looking for secrets in what was written down, byte by byte, in every form in which somebody might have written them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Where something was found, and what: `login: user_code`. Each pair once, sorted. */
export function findSecrets(secrets: ReadonlyMap<string, string>, places: ReadonlyMap<string, Buffer>): readonly string[] {
  const found = new Set<string>()
  for (const [secret, name] of secrets) {
    const forms = formsOf(secret)
    for (const [place, bytes] of places) if (forms.some((form) => bytes.includes(form))) found.add(`${place}: ${name}`)
  }
  return [...found].sort()
}

/** The bytes of every file below a folder, by its path. */
export function filesBelow(folder: string): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files.set(relative(folder, path), readFileSync(path))
  }
  return files
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  // Inside a longer text that was encoded, base64 keeps what does not depend on its neighbours.
  const encoded = (['base64', 'base64url'] as const).flatMap((encoding) =>
    [0, 1, 2].map((skip) => bytes.subarray(skip).toString(encoding).replaceAll('=', '').slice(0, -2)),
  )
  return [secret, secret.replaceAll('-', ''), encodeURIComponent(secret), bytes.toString('hex'), ...encoded]
}
