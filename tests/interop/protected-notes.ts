/** A protected server on stdio and a person before a host, with an authority that both can reach. */
import { onTestFinished } from 'vitest'
import { watchedFolder } from '../support/watched-folder.ts'
import { startAuthority } from './live-authority.ts'
import { type Answer, type Host, type HostKind, type HostOptions, openHost, type Shown } from './stdio-host.ts'

const SCOPES = { 'notes:read': 'Read your notes', 'notes:write': 'Write notes' }
const RESOURCE = 'https://api.northgate.example/notes'

export interface NotesHostOptions extends Pick<HostOptions, 'kind' | 'elicitation'> {
  readonly person?: HostOptions['person']
  readonly program?: string
  /** For `protect`. */
  readonly options?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string>>
}

export type Place = Awaited<ReturnType<typeof openPlace>>

/** Ends with the test. */
export async function openPlace() {
  const { folder, watch, remove } = watchedFolder('countersign-protect-')
  const authority = await startAuthority({
    resources: [{ resource: RESOURCE, name: 'Notes', scopes: SCOPES }],
  })
  const hosts: Host[] = []
  onTestFinished(async () => {
    await Promise.all(hosts.map(({ ended }) => ended))
    remove()
  })

  async function open({ kind, elicitation, person, program, options = {}, environment = {} }: NotesHostOptions): Promise<Host> {
    const host = await openHost({
      kind,
      program: program ?? programOf(kind),
      environment: {
        HOME: folder,
        TMPDIR: folder,
        ISSUER: authority.issuer,
        RESOURCE,
        PROTECT_OPTIONS: JSON.stringify({ scope: ['notes:read'], ...options }),
        ...environment,
      },
      elicitation,
      person: person ?? approving(authority),
    })
    watch(host.pid, host.ended)
    hosts.push(host)
    return host
  }

  return { ...authority, folder, hosts, open }
}

/** The server as authors of that time write it. */
function programOf(kind: HostKind): string {
  return kind === 'v1' ? 'protected-v1.mjs' : 'protected-v2.mjs'
}

/** The code in what a person was told. */
export function codeIn(text: string): string {
  const [code] = /[A-Z]{3}-[A-Z]{3}-[A-Z]{3}/.exec(text) ?? []
  if (code === undefined) throw new Error(`no code in: ${text}`)
  return code
}

/** A person who does what the host says: opens the page, enters the code, approves, and types the number that the page shows. */
export function approving({ approve }: Pick<Place, 'approve'>): (shown: Shown) => Promise<Answer> {
  let number: string | undefined
  return async ({ message, fields }) => {
    if (fields.length > 0) return { action: 'accept', content: { number: number ?? '' } }
    number = await approve(codeIn(message))
    return { action: 'accept' }
  }
}

/** Every secret that the authority has given out so far: device codes and tokens. */
export function secretsOf({ exchanges }: Pick<Place, 'exchanges'>): readonly string[] {
  const members = ['device_code', 'access_token', 'refresh_token']
  return exchanges.flatMap(({ answered }) => {
    if (!answered.startsWith('{')) return []
    const body = JSON.parse(answered) as Record<string, unknown>
    return members.map((name) => body[name]).filter((value) => typeof value === 'string')
  })
}

/** How many codes were asked for. */
export function codesAskedFor({ exchanges }: Pick<Place, 'exchanges'>): number {
  return exchanges.filter(({ answered }) => answered.includes('"device_code"')).length
}
