/** A real server for one test: on a free port, with a directory of its own, stopped when the test is over. */
import { onTestFinished } from 'vitest'
import type { PasswordHasher } from '@countersign/authority'
import {
  type Administration,
  type Configuration,
  configure,
  openAdministration,
  type RunningServer,
  startServer,
} from '@countersign/server'
import { openScriptlessBrowser, overHttp } from '../../../examples/first-login/src/scriptless-browser.ts'

export const NOTES = { resource: 'https://notes.example/mcp', name: 'Notes', scopes: { 'notes:read': 'Read your notes' } }

export interface Running extends RunningServer {
  readonly configuration: Configuration
  /** Every line of the log. */
  readonly log: readonly string[]
}

/** Passwords at no cost: what argon2id does is tested in its own file, and in the whole program. */
const hasher: PasswordHasher = {
  hash: async (password) => `reversed:${[...password].reverse().join('')}`,
  verify: async (hash, password) => hash === (await hasher.hash(password)),
}

type Given = Parameters<typeof configure>[0]

export function configurationOf(directory: string, more: Partial<Given> = {}): Configuration {
  return configure({ dataDirectory: directory, listen: { host: '127.0.0.1', port: 0 }, resources: [NOTES], ...more })
}

export async function start(directory: string, more: Partial<Given> = {}): Promise<Running> {
  const configuration = configurationOf(directory, more)
  const log: string[] = []
  const server = await startServer(configuration, { log: (line) => void log.push(line), hasher })
  onTestFinished(() => server.close())
  return { ...server, configuration, log }
}

/** The operator beside a server. */
export async function administrate({ configuration }: Pick<Running, 'configuration'>): Promise<Administration> {
  const administration = await openAdministration(configuration, hasher)
  onTestFinished(() => administration.close())
  return administration
}

export interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}

/** Sends a form, as a device does. */
export async function post(url: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

/** A person's browser on the server. */
export function browserOn({ url }: Pick<RunningServer, 'url'>) {
  return openScriptlessBrowser(url, overHttp(url))
}
