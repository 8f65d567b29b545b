/** Our client and our command against better-auth 1.7 with its OAuth provider, unmodified: a code, the wait, a renewal, the end. It binds no token to a key. */
import { discover, keepCredential, login, type LoginEvent, memoryVault, revoke, tokensOf, vaultName } from '@countersign/client'
import { nodeSuite, systemClock, systemSleep } from '@countersign/node'
import { expect, onTestFinished, test } from 'vitest'
import { cleanEnvironment, ownDirectory } from '../../packages/cli/test/command.ts'
import { COUNTERSIGN, endProgram, startProgram } from '../flows/support/programs.ts'
import { startBetterAuth } from './better-auth.ts'

const PATIENCE = 60_000
const RESOURCE = 'https://tools.example/mcp'

test(
  'the library: signs in with a code, renews, and signs out',
  async () => {
    const { issuer, client, decide } = await startBetterAuth()
    const runtime = { fetch, clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }
    const place = await discover(runtime, issuer)
    expect(place.issuer).toBe(issuer)
    const events: LoginEvent[] = []
    const decided: Promise<void>[] = []
    const credential = await login(runtime, place, {
      clientId: client,
      scope: ['offline_access', 'tools:read'],
      resource: RESOURCE,
      onEvent: (event) => {
        events.push(event)
        if (event.type === 'code') decided.push(decide(event.invitation.userCode, 'approve'))
      },
      confirmForeign: () => true,
    })
    await Promise.all(decided)
    expect(credential).toMatchObject({ issuer, clientId: client, scope: ['offline_access', 'tools:read'] })
    expect(events.map(({ type }) => type)).toContain('waiting')

    const vault = memoryVault()
    const name = vaultName(issuer, client, RESOURCE, 'default')
    await keepCredential(vault, name, credential)
    const renewed = await tokensOf(runtime, vault).accessToken(name, { rejected: credential.accessToken })
    expect(renewed.accessToken).not.toBe(credential.accessToken)
    expect(renewed.refreshToken).not.toBe(credential.refreshToken)
    expect(await revoke(runtime, vault, name)).toEqual({ type: 'revoked' })
    expect(await vault.list()).toEqual([])
  },
  PATIENCE,
)

test(
  'the library hears that the person said no',
  async () => {
    const { issuer, client, decide } = await startBetterAuth()
    const runtime = { fetch, clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }
    const place = await discover(runtime, issuer)
    const onEvent = (event: LoginEvent) => void (event.type === 'code' && decide(event.invitation.userCode, 'deny'))
    const asked = login(runtime, place, { clientId: client, scope: ['tools:read'], onEvent, confirmForeign: () => true })
    await expect(asked).rejects.toMatchObject({ code: 'access_denied' })
  },
  PATIENCE,
)

test(
  'the command: login, token, logout',
  async () => {
    const { issuer, client, decide } = await startBetterAuth()
    const home = ownDirectory()
    const environment = cleanEnvironment({ COUNTERSIGN_VAULT_DIR: `${home}/vault`, COUNTERSIGN_KEY_FILE: `${home}/key` })
    const run = (...words: readonly string[]) => {
      const program = startProgram(COUNTERSIGN, words, { environment })
      onTestFinished(() => endProgram(program))
      return program
    }
    const signingIn = run('login', issuer, '--client-id', client, '--scope', 'offline_access tools:read', '--resource', RESOURCE, '--json')
    const [, code = ''] = await signingIn.until(/"user_code":"([^"]+)"/)
    await decide(code, 'approve')
    const { code: ended, stdout } = await signingIn.ended
    expect(ended).toBe(0)
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'signed_in',
      issuer,
      client_id: client,
      refreshable: true,
    })
    expect(await run('token', RESOURCE).ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\S+\n$/) as string })
    expect(await run('logout', RESOURCE, '--json').ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"revoked":true') as string,
    })
  },
  PATIENCE,
)
