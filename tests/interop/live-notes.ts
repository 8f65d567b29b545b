/** The example MCP server behind our guard, with an authority that knows it, both on real ports. */
import type { AuthorityOptions, Resource, Settings } from '@countersign/authority'
import { onTestFinished } from 'vitest'
import { type NotesServerOptions, startNotesServer } from '../../examples/notes-server/src/notes-server.ts'
import { startAuthority } from './live-authority.ts'

interface LiveNotesOptions {
  readonly dpop?: NotesServerOptions['dpop']
  readonly settings?: Partial<Settings>
  /** How the authority reads metadata documents of clients. */
  readonly fetchDocument?: AuthorityOptions['fetchDocument']
}

/** Ends with the test. `url` is the MCP server's, and so the identifier of the resource. */
export async function startNotes({ dpop = 'accept', settings = {}, fetchDocument }: LiveNotesOptions = {}) {
  const resources: Resource[] = []
  const authority = await startAuthority({
    resources,
    settings,
    ...(fetchDocument === undefined ? {} : { fetchDocument }),
  })
  const { url, close } = await startNotesServer({ issuer: authority.issuer, port: 0, dpop })
  onTestFinished(close)
  // The authority names the issuer that the server trusts, and the server names the resource that the authority knows: one comes second.
  resources.push({ resource: url, name: 'Notes', scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Write notes' } })
  return { ...authority, url, close }
}
