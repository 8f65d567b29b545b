/** Glewlwyd, started as the benchmark starts it, with a second client, a pace of a second, and somebody who approves through its API. */
import type { Approver } from '@countersign/audit'
import { onTestFinished } from 'vitest'
import { glewlwyd } from '../../bench/contestants/glewlwyd.mjs'
import { watchedFolder } from '../support/watched-folder.ts'

const GRANTS = ['urn:ietf:params:oauth:grant-type:device_code', 'device_authorization', 'refresh_token']
const PERSON = { username: 'ada', password: 'correct horse battery staple' }
const SCOPE = 'tools:read'

/** @throws Error when it is not installed: what only it can show is never taken for granted */
export async function startGlewlwyd(): Promise<{ readonly address: string; readonly approver: Approver }> {
  const missing = glewlwyd.missing()
  if (missing !== undefined) throw new Error(`Glewlwyd is ${missing}, or run the tests with "npm test", which installs it`)
  const { folder, remove, watch } = watchedFolder('countersign-glewlwyd-')
  const { url, pids, stop } = await glewlwyd.start(folder)
  watch(pids[0], new Promise(() => undefined))
  onTestFinished(async () => {
    await stop()
    remove()
  })
  const address = `${url}/api/oidc`
  const ask = (method: string, path: string, cookie = '', body?: object) =>
    fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { 'content-type': 'application/json', cookie },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const signIn = async (who: object) => (await ask('POST', '/api/auth/', '', who)).headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const administrator = await signIn({ username: 'admin', password: 'password' })
  const other = { client_id: 'other', name: 'Other', enabled: true, confidential: false, token_endpoint_auth_method: ['none'], scope: [] }
  await ask('POST', '/api/client/', administrator, { ...other, redirect_uri: ['https://other.example/'], authorization_type: GRANTS })
  const plugin = (await (await ask('GET', '/api/mod/plugin/oidc', administrator)).json()) as { parameters: object }
  const parameters = { ...plugin.parameters, iss: address, 'device-authorization-interval': 1 }
  await ask('PUT', '/api/mod/plugin/oidc', administrator, { ...plugin, parameters })
  await ask('PUT', '/api/mod/plugin/oidc/reset', administrator)
  const person = await signIn(PERSON)
  await ask('PUT', '/api/auth/grant/other', person, { scope: SCOPE })
  return {
    address,
    approver: {
      decide: async ({ userCode }, decision) => {
        if (decision === 'deny') throw new Error('nobody can deny: whoever does not approve leaves the page')
        const at = `/api/oidc/device?code=${userCode}`
        await ask('GET', at, person)
        const decided = await ask('GET', `${at}&g_continue`, person)
        if (decided.headers.get('location')?.includes('prompt=deviceComplete') !== true)
          throw new Error(`the decision was answered with ${decided.status}`)
      },
    },
  }
}
