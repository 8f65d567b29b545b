/** The example of a server on stdio, executed: a person signs in for reading, and is asked for more when something is to be written. */
import { fileURLToPath } from 'node:url'
import { addClient } from '@countersign/authority'
import { onTestFinished } from 'vitest'
import { expect } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { watchedFolder } from '../support/watched-folder.ts'
import { startAuthority } from './live-authority.ts'
import { startNotesApi } from './notes-api.ts'
import { approving, secretsOf } from './protected-notes.ts'
import { openHost } from './stdio-host.ts'

const program = fileURLToPath(new URL('../../examples/stdio-notes/dist/main.js', import.meta.url))

async function openExample() {
  const { folder, watch, remove } = watchedFolder('countersign-stdio-notes-')
  const place: { issuer?: string } = {}
  const api = await startNotesApi(() => place.issuer ?? '')
  const authority = await startAuthority({
    resources: [{ resource: api.url, name: 'Notes', scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Write notes' } }],
  })
  place.issuer = authority.issuer
  const { store, suite, clock, digest } = authority
  await addClient({ store, suite, clock, digest }, { id: 'notes-cli', name: 'Notes' })
  api.open()
  onTestFinished(remove)
  async function open(environment: Record<string, string> = {}) {
    const host = await openHost({
      kind: 'v2-modern',
      program,
      environment: { HOME: folder, NOTES_API: api.url, NOTES_ISSUER: authority.issuer, ...environment },
      elicitation: {},
      person: approving(authority),
    })
    watch(host.pid, host.ended)
    return host
  }
  return { authority, api, open }
}

verifies(
  ['sep2059-10.2-sdk-opt-in', 'sep2059-8-scope-step-up'],
  'three lines in a server: it signs in, proves its key to the API, and asks for the scope that the API misses',
  async () => {
    const { authority, api, open } = await openExample()
    const host = await open()
    expect(await host.call('list_notes')).toMatchObject({ isError: false, structured: { notes: [] } })
    expect(await host.call('add_note', { text: 'milk' })).toMatchObject({ isError: false, text: 'noted' })
    expect(api.notes).toEqual(['milk'])
    expect(await host.call('list_notes')).toMatchObject({ isError: false, structured: { notes: ['milk'] } })
    const asked = authority.exchanges
      .filter(({ path }) => path === '/device_authorization')
      .map(({ sent }) => new URLSearchParams(sent).get('scope'))
    expect(asked).toEqual(['notes:read', 'notes:read notes:write'])
    await host.close()
    for (const secret of secretsOf(authority)) expect(host.stdout() + host.stderr()).not.toContain(secret)
  },
)

verifies(
  'seed-004-replace-plaintext-pats',
  'a token that is in the environment and no good is told about, and nobody is asked to sign in',
  async () => {
    const { authority, open } = await openExample()
    const host = await open({ NOTES_TOKEN: 'made-up-by-somebody' })
    const result = await host.call('list_notes')
    expect(result).toMatchObject({
      isError: true,
      text: 'list_notes has not run: the token in NOTES_TOKEN was refused. Put a new one there, or remove NOTES_TOKEN to sign in with a code.',
    })
    expect([host.shown, authority.exchanges.filter(({ path }) => path === '/device_authorization')]).toEqual([[], []])
    await host.close()
  },
)
