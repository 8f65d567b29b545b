/** Which client to be at a server, and how a client comes to be known there. */
import { type ClientChoice, clientFor, memoryPendingLogins, memoryRegistrations } from '@countersign/client'
import { DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { ISSUER, metadata, place, rejection } from '../support/authority.ts'
import { json, type Network, stage } from '../support/stage.ts'

const REGISTER = `${ISSUER}/register`
const own = { clientName: 'Countersign CLI', redirectUris: ['http://127.0.0.1/callback'] }

function office(more: Record<string, unknown>, network: Network = () => json({ client_id: 'registered' }, 201)) {
  const at = stage(network)
  const stores = { registrations: memoryRegistrations(), pending: memoryPendingLogins() }
  const where = place({ metadata: metadata(more) })
  const choose = (choice: Partial<ClientChoice> = {}, there = where) => clientFor(at.runtime, stores, there, { ...own, ...choice })
  const bodies = () => at.sent.map(({ init }) => JSON.parse(init.body as string) as Record<string, unknown>)
  return { ...at, ...stores, choose, bodies }
}

verifies('mcp-reg-priority', 'named by hand, else by a document, else registered by itself, else somebody has to say', async () => {
  const everything = { client_id_metadata_document_supported: true, registration_endpoint: REGISTER, countersign_supported: true }
  const document = 'https://cli.example/client.json'
  const all = office(everything)
  expect((await all.choose({ clientId: 'mine', document, builtIn: 'built-in' })).clientId).toBe('mine')
  expect((await all.choose({ document, builtIn: 'built-in' })).clientId).toBe('built-in')
  expect((await all.choose({ document })).clientId).toBe(document)
  expect(all.sent).toEqual([])
  const dynamic = office({ registration_endpoint: REGISTER })
  expect((await dynamic.time.run(dynamic.choose({ document, builtIn: 'built-in' }))).clientId).toBe('registered')
  const none = office({})
  expect((await none.choose({ document, builtIn: 'built-in' })).clientId).toBe('built-in')
  expect(await rejection(none.choose({ document }))).toMatchObject({ code: 'registration_failed' })
})

verifies('mcp-reg-application-type', 'a registration says that this is a native program, and asks for the device grant', async () => {
  const { choose, time, bodies } = office({
    registration_endpoint: REGISTER,
    authorization_endpoint: `${ISSUER}/authorize`,
    grant_types_supported: undefined,
  })
  await time.run(choose())
  expect(bodies()).toEqual([
    {
      client_name: 'Countersign CLI',
      application_type: 'native',
      grant_types: [DEVICE_CODE, 'authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/callback'],
      token_endpoint_auth_method: 'none',
    },
  ])
})

test('a server that takes no redirect to this machine is asked again for the device grant alone; any other refusal is told', async () => {
  const offers = { registration_endpoint: REGISTER, authorization_endpoint: `${ISSUER}/authorize`, grant_types_supported: undefined }
  const picky = office(offers, ({ init }) =>
    (init.body as string).includes('redirect_uris')
      ? json({ error: 'invalid_redirect_uri' }, 400)
      : json({ client_id: 'device-only' }, 201),
  )
  expect(await picky.time.run(picky.choose())).toMatchObject({ clientId: 'device-only', grantTypes: [DEVICE_CODE, 'refresh_token'] })
  const closed = office(offers, () => json({ error: 'invalid_client_metadata', error_description: 'not you' }, 400))
  expect(await closed.time.run(rejection(closed.choose()))).toMatchObject({
    code: 'registration_failed',
    message: `${ISSUER} did not register this client (invalid_client_metadata: not you)`,
  })
})

verifies(
  'mcp-disc-per-as-state',
  'one registration for an issuer, made once however many ask, and never used at another issuer',
  async () => {
    let count = 0
    const { choose, time, registrations } = office({ registration_endpoint: REGISTER }, () =>
      json({ client_id: `client-${++count}`, client_secret: 's' }, 201),
    )
    const clients = await time.run(Promise.all([choose(), choose(), choose()]))
    expect(clients.map(({ clientId }) => clientId)).toEqual(['client-1', 'client-1', 'client-1'])
    expect(clients[0]?.authentication).toEqual({ method: 'client_secret_basic', secret: 's' })
    const other = 'https://other.example'
    const moved = place({ issuer: other, metadata: metadata({ registration_endpoint: `${other}/register` }, other) })
    expect(await time.run(choose({}, moved))).toMatchObject({ issuer: other, clientId: 'client-2' })
    expect(await registrations.read(ISSUER)).toMatchObject({ clientId: 'client-1' })
  },
)
