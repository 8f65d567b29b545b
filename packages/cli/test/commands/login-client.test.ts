/** Who to be at a server that does not know this program: it is asked for where somebody sits, and said where nobody does. */
import { expect, test } from 'vitest'
import { type Answer, ISSUER, json, NOTES, openHouse } from '../../../../tests/support/house.ts'
import { objects, screen, sit } from '../support/seat.ts'

const terminal = { columns: 80, rows: 40 }

/** Knows one client, registered by hand, and lets nobody register. */
const strict: Answer = ({ url, form }) => {
  if (url === `${ISSUER}/.well-known/oauth-authorization-server`) {
    return json({ issuer: ISSUER, token_endpoint: `${ISSUER}/token`, device_authorization_endpoint: `${ISSUER}/device_authorization` })
  }
  if (url !== `${ISSUER}/device_authorization` && url !== `${ISSUER}/token`) return undefined
  if (form.get('client_id') !== 'by-hand') return json({ error: 'invalid_client' }, 401)
  if (url === `${ISSUER}/token`) return json({ access_token: 'an-access-token', token_type: 'Bearer', expires_in: 900 })
  return json({ device_code: 'a-device-code', user_code: 'WDJB-MJHT', verification_uri: `${ISSUER}/device`, expires_in: 300 })
}

test('on a terminal it is asked for, and remembered when it works', async () => {
  const house = await openHouse({ answer: strict })
  const first = await sit(house, ['login', NOTES], { terminal, typed: 'by-hand\n' })
  expect(first.code).toBe(0)
  const told = screen(first.stderr)
  expect(told).toContain(`${ISSUER} does not know this program, and it could not register itself.`)
  expect(first.stderr).toContain('Client id: ')
  expect(told).toContain('Signed in to https://notes.example/mcp.')
  expect(await house.registrations.read(ISSUER)).toEqual({ issuer: ISSUER, clientId: 'by-hand' })

  const second = await sit(house, ['login', NOTES, '--force'], { terminal })
  expect(second.code).toBe(0)
  expect(second.stderr).not.toContain('Client id: ')
})

test('an id that the server does not know either is told, and not remembered', async () => {
  const house = await openHouse({ answer: strict })
  const { code, stderr } = await sit(house, ['login', NOTES], { terminal, typed: 'guessed\n' })
  expect(code).toBe(1)
  expect(screen(stderr)).toContain('(invalid_client)')
  expect(await house.registrations.read(ISSUER)).toBeUndefined()
})

test('nothing typed is no client', async () => {
  const house = await openHouse({ answer: strict })
  const { code, stderr } = await sit(house, ['login', NOTES], { terminal, typed: '\n' })
  expect(code).toBe(1)
  expect(screen(stderr)).toContain(`countersign: ${ISSUER} does not know this program\nhint: Have a client registered there`)
})

test.each([[['--json']], [[]]])('where nobody can be asked, %j, it is said what to do', async (flags) => {
  const house = await openHouse({ answer: strict })
  const { code, stdout, stderr } = await sit(house, ['login', NOTES, ...flags])
  expect(code).toBe(1)
  if (flags.length === 0) expect(stderr).toContain('and name it with --client-id.')
  else expect(objects(stdout)).toEqual([{ error: expect.objectContaining({ code: 'registration_failed' }) as unknown }])
  expect(house.requestsTo('/device_authorization')).toHaveLength(1)
})

test('a client that was named and is not known is not asked for again', async () => {
  const house = await openHouse({ answer: strict })
  const { code, stderr } = await sit(house, ['login', NOTES, '--client-id', 'mine'], { terminal })
  expect(code).toBe(1)
  expect(screen(stderr)).toContain('(invalid_client)')
  expect(stderr).not.toContain('Client id: ')
})

test('a server that lets programs register, and refuses this one, has it asked for as well', async () => {
  const refusing: Answer = (sent, before) => {
    const endpoints = { token_endpoint: `${ISSUER}/token`, device_authorization_endpoint: `${ISSUER}/device_authorization` }
    if (sent.url === `${ISSUER}/register`) return json({ error: 'access_denied', error_description: 'ask Bob' }, 403)
    if (sent.url === `${ISSUER}/.well-known/oauth-authorization-server`)
      return json({ issuer: ISSUER, ...endpoints, registration_endpoint: `${ISSUER}/register` })
    return strict(sent, before)
  }
  const house = await openHouse({ answer: refusing })
  const { code, stderr } = await sit(house, ['login', NOTES], { terminal, typed: 'by-hand\n' })
  expect(code).toBe(0)
  expect(stderr).toContain('Client id: ')
  expect((await sit(await openHouse({ answer: refusing }), ['login', NOTES])).stderr).toContain('ask Bob')
})
