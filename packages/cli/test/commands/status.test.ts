import { vaultName } from '@countersign/client'
import { expect, test } from 'vitest'
import { ISSUER, NOTES, openHouse } from '../../../../tests/support/house.ts'
import { objects, signIn, sit } from '../support/seat.ts'

const terminal = { columns: 80, rows: 24 }

test('nothing is signed in: that is told, with where things would be kept', async () => {
  const house = await openHouse()
  const { code, stdout, stderr } = await sit(house, ['status'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toBe(
    'Not signed in anywhere. Sign in with: countersign login URL\nKept in this process: forgotten when the process ends.\n',
  )
})

test('every sign-in with scopes, end and what becomes of it then, without asking anybody', async () => {
  const house = await openHouse()
  await signIn(house)
  const [entry] = await house.vault.list()
  if (entry === undefined) throw new Error('nothing is stored')
  const { refreshToken: _, ...rest } = entry.credential
  const other = { ...rest, scope: [], expiresAt: house.time.clock.now() - 1, resource: 'https://a.example/' }
  await house.vault.write(vaultName(ISSUER, 'acme', other.resource, 'work'), { ...other, clientId: 'acme' })
  await house.vault.write('trial abc', other)
  const asked = house.requests.length

  const { code, stdout } = await sit(house, ['status'], { terminal, environment: { NO_COLOR: '1' } })
  expect(code).toBe(0)
  expect(stdout.split('\n')).toEqual([
    'https://a.example/',
    `  issuer   ${ISSUER}`,
    '  client   acme',
    '  profile  work',
    '  scopes   none',
    '  token    expired; sign in again',
    '',
    NOTES,
    `  issuer  ${ISSUER}`,
    '  client  countersign-cli',
    '  scopes  notes:read',
    '  token   expires in 15 minutes, renewed when needed',
    '',
  ])
  expect((await sit(house, ['status'])).stdout.split('\n')).toEqual([
    `https://a.example/\t${ISSUER}\tacme\twork\t\t${new Date(other.expiresAt).toISOString()}\t`,
    `${NOTES}\t${ISSUER}\tcountersign-cli\tdefault\tnotes:read\t${new Date(entry.credential.expiresAt ?? 0).toISOString()}\trefreshable`,
    '',
  ])
  expect((await sit(house, ['status', '--profile', 'work'])).stdout).toMatch(/^https:\/\/a\.example\/\t[^\n]*\n$/)
  expect(house.requests).toHaveLength(asked)
})

test('with --json the same as one object', async () => {
  const house = await openHouse()
  await signIn(house)
  const { stdout, stderr } = await sit(house, ['status', '--json'])
  expect(stderr).toBe('')
  expect(objects(stdout)).toEqual([
    {
      sign_ins: [
        {
          resource: NOTES,
          issuer: ISSUER,
          client_id: 'countersign-cli',
          profile: 'default',
          scope: 'notes:read',
          token_type: 'DPoP',
          expires_at: '2026-11-21T00:15:05.500Z',
          expired: false,
          refreshable: true,
        },
      ],
      vault: { kind: 'memory', where: 'this process', protection: 'forgotten when the process ends' },
    },
  ])
})
