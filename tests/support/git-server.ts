/** A git server on this machine: the CGI program that comes with git, behind HTTP. Its repositories are made from files, with whatever else a test does to them. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface GitServer {
  /** Of the repository `project`. */
  readonly address: string
  /** Paths that were asked for. */
  readonly asked: readonly string[]
}

const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  ...Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'Ada'],
      [`GIT_${who}_EMAIL`, 'ada@example.com'],
    ]),
  ),
}

/** Runs git and gives what it printed. @throws Error when it fails */
export function git(folder: string, ...given: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', given, { cwd: folder, env: ENVIRONMENT, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${given.join(' ')}: ${stderr}`)
  return stdout
}

/** Serves one repository with these files; `more` may do to it what its owner could. */
export async function startGitServer(
  files: Readonly<Record<string, string>>,
  more: (folder: string) => void = () => undefined,
): Promise<GitServer> {
  const root = mkdtempSync(join(tmpdir(), 'git-server-'))
  const folder = join(root, 'project')
  mkdirSync(folder)
  git(folder, 'init', '--quiet', '--initial-branch=main')
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message=first')
  more(folder)
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(root, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    rmSync(root, { recursive: true, force: true })
  })
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/project/.git`, asked }
}

function answer(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://here')
  const child = spawn('git', ['http-backend'], {
    env: {
      ...ENVIRONMENT,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => undefined)
  request.pipe(child.stdin)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.once('close', () => {
    const told = Buffer.concat(chunks)
    const end = told.indexOf('\r\n\r\n')
    const headers = told
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(': ') as [string, string])
    const status = Number(headers.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? 200)
    response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'Status'))).end(told.subarray(end + 4))
  })
}
