/** What a sign-in needs of the machine. */
import { createServer, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createServer as createTlsServer } from 'node:https'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { certificateFor } from '../support/certificate.ts'
import {
  announcedWorkload,
  browserCommand,
  hasBrowser,
  openBrowser,
  outboundFetch,
  receiveRedirect,
  workloadToken,
} from '../../src/sign-in/index.ts'
import { temporaryDirectory } from '../support/temporary.ts'

describe('a browser', () => {
  verifies('mcp-sbp-url-schemes', 'opens https pages only, by an argument list that no shell reads', async () => {
    for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'http://elsewhere.example/', 'not a url']) {
      expect(await openBrowser(url, {}, 'linux')).toBe('it is no https page')
    }
    const url = 'https://as.example/authorize?a=1&b=$(reboot)`x`;y'
    for (const [platform, program] of [
      ['linux', 'xdg-open'],
      ['darwin', 'open'],
      ['win32', 'rundll32'],
    ] as const) {
      const command = browserCommand(url, platform)
      expect([command[0], command.at(-1)]).toEqual([program, url])
    }
  })

  test('that cannot be opened is told of, and one that runs on is let go', async () => {
    expect(await openBrowser('https://as.example/', { PATH: '/nowhere' }, 'linux')).toBe('there is no xdg-open')
    const folder = await temporaryDirectory()
    await writeFile(join(folder, 'xdg-open'), '#!/bin/sh\nexit 3\n', { mode: 0o755 })
    expect(await openBrowser('https://as.example/', { PATH: folder }, 'linux')).toBe('xdg-open ended with 3')
  })

  test('is here on a desktop, and not over SSH, in CI, in a container of an editor, or without a display', () => {
    const display = { DISPLAY: ':0' }
    expect([
      hasBrowser(display, 'linux'),
      hasBrowser({ WAYLAND_DISPLAY: 'w' }, 'linux'),
      hasBrowser({}, 'darwin'),
      hasBrowser({}, 'win32'),
    ]).toEqual([true, true, true, true])
    expect(hasBrowser({}, 'linux')).toBe(false)
    for (const name of ['SSH_CONNECTION', 'SSH_TTY', 'CI', 'CODESPACES', 'REMOTE_CONTAINERS']) {
      expect([hasBrowser({ ...display, [name]: 'x' }, 'linux'), hasBrowser({ [name]: 'x' }, 'darwin')]).toEqual([false, false])
    }
  })
})

test('a redirect is received once, on this machine, under the name that was given, and nothing else is', async () => {
  const receiver = await receiveRedirect()
  onTestFinished(receiver.close)
  const { redirectUri } = receiver
  const received = receiver.received((address) => address.includes('state=mine'), new AbortController().signal)
  const status = (options: { path: string; method?: string; host?: string }) =>
    new Promise((resolve, reject) => {
      const { port } = new URL(redirectUri)
      const headers = { host: options.host ?? `127.0.0.1:${port}` }
      request({ host: '127.0.0.1', port, path: options.path, method: options.method ?? 'GET', headers }, ({ statusCode }) =>
        resolve(statusCode),
      )
        .once('error', reject)
        .end()
    })
  const path = '/callback?state=mine&code=x'
  expect(await status({ path: '/callback?state=other&code=x' })).toBe(400)
  expect(await status({ path: '/elsewhere?state=mine' })).toBe(400)
  expect(await status({ path, method: 'POST' })).toBe(400)
  expect(await status({ path, host: 'rebound.example' })).toBe(400)
  expect(await status({ path })).toBe(200)
  expect(await received).toBe(`${redirectUri}?state=mine&code=x`)
  const stop = new AbortController()
  const waiting = receiver.received(() => false, stop.signal)
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
})

describe('workload tokens', () => {
  const TOKEN = 'aGVhZGVy.cGF5bG9hZA.c2lnbmF0dXJl'
  const none = () => Promise.reject(new Error('no network'))

  test('GitHub Actions gives one for the audience that is asked for', async () => {
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://runner.example/token?api=1', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'job' }
    const asked: [string, string | null][] = []
    const give = workloadToken('github', env, async (url, init) => {
      asked.push([url, new Headers(init?.headers).get('authorization')])
      return Response.json({ value: TOKEN })
    })
    expect(await give('https://as.example', undefined)).toBe(TOKEN)
    expect(asked).toEqual([['https://runner.example/token?api=1&audience=https%3A%2F%2Fas.example', 'Bearer job']])
    expect([announcedWorkload(env), announcedWorkload({ COUNTERSIGN_WORKLOAD_TOKEN: 'x' }), announcedWorkload({})]).toEqual([
      'github',
      'env:COUNTERSIGN_WORKLOAD_TOKEN',
      undefined,
    ])
    await expect(workloadToken('github', {}, none)('a', undefined)).rejects.toMatchObject({ code: 'usage' })
    await expect(workloadToken('github', env, none)('a', undefined)).rejects.toMatchObject({ code: 'network_failure' })
  })

  test('a variable, a file and a program give theirs', async () => {
    const folder = await temporaryDirectory()
    await writeFile(join(folder, 'token'), `${TOKEN}\n`)
    await writeFile(join(folder, 'give'), '#!/bin/sh\n[ "$COUNTERSIGN_AUDIENCE" = https://as.example ] && echo "$1"\n', { mode: 0o755 })
    const env = { PATH: process.env['PATH'], GITLAB_TOKEN: TOKEN }
    for (const source of ['env:GITLAB_TOKEN', `file:${folder}/token`, `command:${folder}/give ${TOKEN}`]) {
      expect(await workloadToken(source, env, none)('https://as.example', undefined)).toBe(TOKEN)
    }
    for (const source of ['env:NOTHING', `file:${folder}/nothing`, `command:${folder}/give not-a-token`, 'command:/nowhere']) {
      await expect(workloadToken(source, env, none)('https://as.example', undefined)).rejects.toMatchObject({ code: 'usage' })
    }
    for (const source of ['', 'env:', 'elsewhere', 'github:x']) expect(() => workloadToken(source, env, none)).toThrow('not a source')
  })
})

describe('the network', () => {
  async function proxy() {
    const tunnels: string[] = []
    const server = createServer().on('connect', (asked, client) => {
      tunnels.push(asked.url ?? '')
      const [, port] = (asked.url ?? '').split(':')
      const upstream = connect(Number(port), '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'))
      upstream.pipe(client).pipe(upstream)
      for (const end of [upstream, client]) end.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    return { tunnels, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  }

  test('goes through the proxy of the environment, with the authorities of SSL_CERT_FILE, unless NO_PROXY names the host', async () => {
    const { key, cert } = certificateFor('as.test')
    const server = createTlsServer({ key, cert }, (_, response) => response.end('hello'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    const { port } = server.address() as AddressInfo
    const folder = await temporaryDirectory()
    const file = join(folder, 'authorities.pem')
    await writeFile(file, cert)
    const { tunnels, url } = await proxy()
    // A name that no name server knows: only the proxy finds its way.
    const target = `https://as.test:${port}/`
    const response = await outboundFetch({ HTTPS_PROXY: url, SSL_CERT_FILE: file })(target)
    expect([response.status, await response.text(), tunnels]).toEqual([200, 'hello', [`as.test:${port}`]])
    await expect(outboundFetch({ HTTPS_PROXY: url })(target)).rejects.toThrow()
    await expect(outboundFetch({ HTTPS_PROXY: url, SSL_CERT_FILE: file, NO_PROXY: 'as.test' })(target)).rejects.toThrow()
    expect(tunnels).toHaveLength(2)
  })

  test('is left alone where the environment says nothing, and what is no proxy or no file is told', async () => {
    const plain = () => Promise.resolve(new Response('plain'))
    expect(outboundFetch({ HTTPS_PROXY: '' }, plain)).toBe(plain)
    await expect(outboundFetch({ HTTPS_PROXY: 'not a proxy' })('https://as.test/')).rejects.toMatchObject({ code: 'usage' })
    await expect(outboundFetch({ SSL_CERT_FILE: '/nowhere' })('https://as.test/')).rejects.toMatchObject({ code: 'usage' })
  })
})
