/**
 * The files an operator deploys with, played without a container engine: what they start is started with the environment, the arguments, the
 * secrets and the probes they name, at paths and ports of this machine. What only an engine does (images, networks, volumes) stays untried.
 */
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { freePorts } from '../../examples/first-login/src/programs.ts'
import { until } from '../support/redis.ts'
import { type WatchedFolder, watchedFolder } from '../support/watched-folder.ts'
import { COUNTERSIGN, type Program, startProgram } from './support/programs.ts'

const run = promisify(execFile)
const text = (name: string) => readFileSync(fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url)), 'utf8')
const ISSUER = 'https://auth.example.com'
// As `openssl rand -base64 32` makes it.
const MASTER_KEY = randomBytes(32).toString('base64')
const PASSWORD = 'a-password-of-the-store'
const NOBODY = 65_534

interface Compose {
  readonly services: {
    readonly server: { readonly environment: Record<string, string>; readonly secrets: readonly string[] }
    readonly redis: { readonly command: readonly string[]; readonly healthcheck: { readonly test: readonly [string, string] } }
  }
  readonly secrets: Record<string, { readonly file: string }>
}
interface Deployed {
  readonly kind: string
  readonly data: Record<string, string>
  readonly spec: {
    readonly template: { readonly spec: { readonly terminationGracePeriodSeconds: number; readonly containers: readonly [Container] } }
  }
}
interface Container {
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly ports: readonly [{ readonly containerPort: number }]
  readonly livenessProbe: { readonly httpGet: { readonly path: string } }
  readonly readinessProbe: { readonly httpGet: { readonly path: string } }
}

const compose = parse(text('compose.yaml')) as Compose
const deployed = parseAllDocuments(text('kubernetes/countersign.yaml')).map((each) => each.toJS() as Deployed)
const ofKind = (kind: string) => deployed.find((each) => each.kind === kind) as Deployed
const dockerfile = text('Dockerfile').replaceAll('\\\n', ' ').split('\n')
const instruction = (name: string) =>
  dockerfile.flatMap((line) => (line.trim().startsWith(`${name} `) ? [line.trim().slice(name.length + 1)] : []))
const image = Object.fromEntries(instruction('ENV').flatMap((line) => line.split(' ').map((each) => each.split('=') as [string, string])))

let place: WatchedFolder
let store: number
let stopStore: () => Promise<void> = async () => undefined

/** Where a path in a container lies here. */
const here = (path: string) => join(place.folder, path)

beforeAll(async () => {
  place = watchedFolder('countersign-deployment-')
  for (const directory of ['run/secrets', 'secrets', 'config']) mkdirSync(here(directory), { recursive: true })
  const secrets = {
    'run/secrets/master_key': MASTER_KEY,
    'run/secrets/store_password': PASSWORD,
    'secrets/master.key': MASTER_KEY,
    'secrets/store.password': PASSWORD,
  }
  for (const [path, secret] of Object.entries(secrets)) {
    writeFileSync(here(path), `${secret}\n`)
    const isLent = path.startsWith('secrets') && process.geteuid?.() === 0
    chmodSync(here(path), isLent ? 0o440 : 0o600)
    // Kubernetes lends a secret to the group of the server; giving a file away takes the rights of root here.
    if (isLent) chownSync(here(path), NOBODY, process.getegid?.() ?? 0)
  }
  ;[store] = (await freePorts(1)) as [number]
  const [shell, flag, line] = compose.services.redis.command as [string, string, string]
  const server = process.env['COUNTERSIGN_TEST_REDIS'] || 'redis-server'
  const own = `--port ${store} --bind 127.0.0.1 --dir '${place.folder}'`
  const redis = spawn(shell, [flag, `${shellOf(line).replace('redis-server', server)} ${own}`], { stdio: 'ignore' })
  const ended = once(redis, 'exit')
  place.watch(redis.pid, ended)
  stopStore = async () => {
    redis.kill('SIGKILL')
    await ended
  }
  const [, healthy] = compose.services.redis.healthcheck.test
  const cli = `${server.replace(/-server$/, '-cli')} -p ${store}`
  await until(async () => (await run('sh', ['-c', shellOf(healthy).replace('redis-cli', cli)])) !== undefined)
})
afterAll(async () => {
  await stopStore()
  place.remove()
})

/** As the engine hands a command to the container. */
const shellOf = (line: string) => line.replaceAll('$$', '$').replaceAll('/run/secrets', here('run/secrets'))

/** `${NAME:-else}` and `${NAME:?why}`, as Compose reads them. */
function filledIn(value: string, given: Readonly<Record<string, string>>): string {
  return value.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    if (given[name] === undefined && kind === '?') throw new Error(`${name}: ${rest}`)
    return given[name] ?? rest
  })
}

interface Server {
  readonly program: Program
  readonly url: string
  readonly port: number
}

/** The image with this environment: its own entry point and command, unless told otherwise. */
async function start(
  environment: Readonly<Record<string, string>>,
  given = JSON.parse(instruction('CMD').at(-1) ?? '') as readonly string[],
): Promise<Server> {
  const [port] = (await freePorts(1)) as [number]
  const data = here(`data-${port}`)
  const own = { PATH: process.env['PATH'] ?? '', COUNTERSIGN_DATA: data, COUNTERSIGN_LISTEN: `127.0.0.1:${port}` }
  const program = startProgram(COUNTERSIGN, given, { environment: { ...image, ...environment, ...own } })
  place.watch(program.pid, program.ended)
  await program.until(/^listening on /m)
  return { program, port, url: `http://127.0.0.1:${port}` }
}

const post = (url: string, form: Record<string, string>) => fetch(url, { method: 'POST', body: new URLSearchParams(form) })

/** What is begun at one server is known to the other, and both say who they are to the world. */
async function areOne(one: Server, other: Server): Promise<void> {
  for (const { url } of [one, other]) {
    expect(await (await fetch(`${url}/.well-known/oauth-authorization-server`)).json()).toMatchObject({ issuer: ISSUER })
  }
  const issued = await post(`${one.url}/device_authorization`, { client_id: 'countersign-cli' })
  const code = (await issued.json()) as { device_code: string; verification_uri: string }
  expect(code.verification_uri).toBe(`${ISSUER}/device`)
  const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: code.device_code, client_id: 'countersign-cli' }
  expect(await (await post(`${other.url}/token`, form)).json()).toMatchObject({ error: 'authorization_pending' })
}

async function stop({ program }: Server): Promise<number | null> {
  program.kill('SIGTERM')
  return (await program.ended).code
}

test('what the image names is there: its entry point is the command, its port the one that everybody else names', () => {
  expect(instruction('ENTRYPOINT')).toEqual(['["countersign"]'])
  const [port] = instruction('EXPOSE')
  expect(image['COUNTERSIGN_LISTEN']).toBe(`0.0.0.0:${port}`)
  expect(ofKind('Deployment').spec.template.spec.containers[0].ports[0].containerPort).toBe(Number(port))
  expect(text('compose.yaml')).toContain(`"server:${port}"`)
})

describe('compose.yaml', () => {
  const environment = () => {
    const given = { COUNTERSIGN_ISSUER: ISSUER, COUNTERSIGN_RISK_PROFILE: 'standard' }
    const { server } = compose.services
    const entries = Object.entries(server.environment).map(([name, value]) => [
      name,
      filledIn(value, given).replace('/run/secrets', here('run/secrets')).replace('redis:6379', `127.0.0.1:${store}`),
    ])
    return Object.fromEntries(entries) as Record<string, string>
  }

  test('without an issuer and a risk profile nothing starts', () => {
    for (const name of ['COUNTERSIGN_ISSUER', 'COUNTERSIGN_RISK_PROFILE']) {
      expect(() => filledIn(compose.services.server.environment[name] ?? '', {})).toThrow(name)
    }
  })

  test('every secret that is asked for is one that is made before the first start', () => {
    expect(Object.keys(compose.secrets).sort()).toEqual([...compose.services.server.secrets].sort())
    for (const { file } of Object.values(compose.secrets)) expect(text('compose.yaml')).toContain(`> ${file.slice(2)}`)
  })

  test('two servers on its Redis are one issuer, are healthy as the image asks, and end when they are told to', async () => {
    const servers = [await start(environment()), await start(environment())] as const
    await areOne(...servers)
    const [, command = ''] = instruction('HEALTHCHECK').join(' ').split(' CMD ')
    const [program = '', ...given] = JSON.parse(command.trim()) as string[]
    const port = instruction('EXPOSE')[0] ?? ''
    for (const { port: own } of servers)
      await run(
        program,
        given.map((each) => each.replace(port, `${own}`)),
      )
    await expect(
      run(
        program,
        given.map((each) => each.replace(port, '1')),
      ),
    ).rejects.toMatchObject({ code: 1 })
    expect(await Promise.all(servers.map(stop))).toEqual([0, 0])
  })
})

test('kubernetes/countersign.yaml: servers of its configuration on one store are one issuer, alive and ready; one that is told to end drains first', async () => {
  const { terminationGracePeriodSeconds, containers } = ofKind('Deployment').spec.template.spec
  const [{ args, env, livenessProbe, readinessProbe }] = containers
  const configuration = (ofKind('ConfigMap').data['countersign.json'] ?? '').replace('redis.default.svc:6379', `127.0.0.1:${store}`)
  writeFileSync(here('config/countersign.json'), configuration)
  const environment = Object.fromEntries(env.map(({ name, value }) => [name, here(value)]))
  const drain = Number(args[args.indexOf('--drain') + 1])
  // It waits for that, and then ten seconds at most for the requests under way.
  expect(drain + 10).toBeLessThan(terminationGracePeriodSeconds)
  const given = args.map((each) => (each.startsWith('/config/') ? here(each) : each)).with(args.indexOf('--drain') + 1, '1')

  const [one, other] = [await start(environment, given), await start(environment, given)] as const
  await areOne(one, other)
  for (const { url } of [one, other]) {
    expect((await fetch(url + livenessProbe.httpGet.path)).status).toBe(200)
    expect((await fetch(url + readinessProbe.httpGet.path)).status).toBe(200)
  }
  one.program.kill('SIGTERM')
  await until(async () => (await fetch(one.url + readinessProbe.httpGet.path)).status === 503)
  expect((await fetch(one.url + livenessProbe.httpGet.path)).status).toBe(200)
  expect((await one.program.ended).code).toBe(0)
  expect((await fetch(other.url + readinessProbe.httpGet.path)).status).toBe(200)
  expect(await stop(other)).toBe(0)
})
