/**
 * What the platform says about this program, as a token of its own (RFC 7523): GitHub Actions, GitLab, Kubernetes, or a program that knows.
 * Invariant: the token is taken fresh each time, made out to one server, and is in no error message.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { CountersignError, type Fetch, isSecureUrl } from '@countersign/protocol'
import type { Environment } from '../vault/places.ts'

export type WorkloadToken = (audience: string, signal: AbortSignal | undefined) => Promise<string>

const LONGEST = 16_384
const jwt = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** The source that the platform announces by itself: a GitHub Actions job with `id-token: write`, or COUNTERSIGN_WORKLOAD_TOKEN. */
export function announcedWorkload(env: Environment): string | undefined {
  if ((env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '') !== '') return 'github'
  return (env['COUNTERSIGN_WORKLOAD_TOKEN'] ?? '') === '' ? undefined : 'env:COUNTERSIGN_WORKLOAD_TOKEN'
}

/**
 * The tokens of a source: `github`, `env:NAME` (GitLab: a name of `id_tokens`), `file:PATH` (Kubernetes: a projected token), or
 * `command:PROGRAM ARGUMENT...`, which no shell runs and which finds the audience in COUNTERSIGN_AUDIENCE.
 * @throws CountersignError `usage` for another source; from the function `usage`, `network_failure` when it gives no token
 */
export function workloadToken(source: string, env: Environment, fetch: Fetch): WorkloadToken {
  const [, kind = '', rest = ''] = /^(github$|env:|file:|command:)(.*)$/s.exec(source) ?? []
  if (kind === 'github') return async (audience, signal) => checked(await fromGithub(audience, env, fetch, signal), source)
  if (rest === '') throw wrong(`not a source of workload tokens: ${source}`, 'Say github, env:NAME, file:PATH or command:PROGRAM.')
  if (kind === 'env:') return async () => checked(env[rest] ?? '', source)
  if (kind === 'file:') return async () => checked(await readFile(rest, 'utf8').catch(() => ''), source)
  return async (audience, signal) => {
    const [program = '', ...args] = rest.split(' ').filter((word) => word !== '')
    const options = {
      env: { ...env, COUNTERSIGN_AUDIENCE: audience },
      timeout: 30_000,
      maxBuffer: LONGEST,
      ...(signal === undefined ? {} : { signal }),
    }
    // No cause: what a failing program wrote may hold the token.
    const written = await promisify(execFile)(program, args, options).catch(() => ({ stdout: '' }))
    return checked(String(written.stdout), source)
  }
}

/** GitHub Actions: the runner gives a token for an audience to whoever shows the one of the job. */
async function fromGithub(audience: string, env: Environment, fetch: Fetch, signal: AbortSignal | undefined): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: address = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer = '' } = env
  if (!URL.canParse(address) || !isSecureUrl(new URL(address)) || bearer === '') {
    throw wrong('this job may not ask GitHub for a token', 'Give it "permissions: id-token: write".')
  }
  const url = new URL(address)
  url.searchParams.set('audience', audience)
  try {
    const headers = { authorization: `Bearer ${bearer}`, accept: 'application/json' }
    const response = await fetch(url.href, { headers, redirect: 'error', ...(signal === undefined ? {} : { signal }) })
    const { value } = (await response.json()) as { readonly value?: unknown }
    return typeof value === 'string' ? value : ''
  } catch {
    throw new CountersignError('network_failure', 'GitHub did not answer with a token for this job', { hint: 'Run the job again.' })
  }
}

function checked(text: string, source: string): string {
  const token = text.trim()
  if (token.length <= LONGEST && jwt.test(token)) return token
  throw wrong(`${source} gave no token (JWT)`, 'See what it gives, without showing it to others.')
}

function wrong(message: string, hint: string): CountersignError {
  return new CountersignError('usage', message, { hint })
}
