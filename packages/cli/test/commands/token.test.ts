import { describe, expect, test } from 'vitest'
import { vaultName } from '@countersign/client'
import { verifies } from '../../../../requirements/verifies.ts'
import { type Answer, ISSUER, json, NOTES, openHouse } from '../../../../tests/support/house.ts'
import { objects, signIn, sit } from '../support/seat.ts'

const isRefresh = (form: URLSearchParams) => form.get('grant_type') === 'refresh_token'
const HOUR = 3_600_000

/** Signed in, at a server that answers as told from then on. */
async function signedIn(later?: Answer) {
  let started = false
  const house = await openHouse({ answer: (sent, before) => (started ? later?.(sent, before) : undefined) })
  await signIn(house)
  started = true
  const stored = async () => (await house.vault.list())[0]?.credential
  return { house, stored }
}

test('nothing but the token goes to stdout, without a request while it is good', async () => {
  const { house, stored } = await signedIn()
  const asked = house.requests.length
  const { code, stdout, stderr } = await sit(house, ['token', NOTES])
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${(await stored())?.accessToken}\n`, stderr: '' })
  expect(house.requests).toHaveLength(asked)
})

test('a token that is about to expire is renewed first, and the renewed one is kept', async () => {
  const { house, stored } = await signedIn()
  const before = (await stored())?.accessToken
  house.time.jump(HOUR)
  const { code, stdout, stderr } = await sit(house, ['token', NOTES])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(`${(await stored())?.accessToken}\n`)
  expect(stdout).not.toBe(`${before}\n`)
})

test('with --json it comes with what a program needs to use it', async () => {
  const { house, stored } = await signedIn()
  const { stdout } = await sit(house, ['token', `${NOTES}/`, '--json'])
  const credential = await stored()
  expect(objects(stdout)).toEqual([
    {
      access_token: credential?.accessToken,
      token_type: 'DPoP',
      expires_at: new Date(credential?.expiresAt ?? 0).toISOString(),
      scope: 'notes:read',
      resource: NOTES,
      issuer: ISSUER,
      client_id: 'countersign-cli',
      profile: 'default',
    },
  ])
})

test('a person who looks at a bound token is told that it is worth nothing alone', async () => {
  const { house } = await signedIn()
  const { stderr } = await sit(house, ['token', NOTES], { terminal: { columns: 80, rows: 24 } })
  expect(stderr).toMatch(/bound to a key.*not as a Bearer token/)
})

describe('there is none', () => {
  verifies('seed-000-no-silent-failure', 'never signed in: exit code 5 and the command that helps', async () => {
    const house = await openHouse()
    const { code, stdout, stderr } = await sit(house, ['token', NOTES])
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(stderr).toContain(`countersign: not signed in to ${NOTES}\nhint: countersign login ${NOTES}\n`)
    const other = await sit(house, ['token', "https://a.example/it's?x=1&y", '--profile', 'my work', '--json'])
    expect(objects(other.stdout)).toMatchObject([
      {
        error: {
          code: 'not_signed_in',
          message: "not signed in to https://a.example/it's?x=1&y",
          hint: `countersign login 'https://a.example/it'\\''s?x=1&y' --profile 'my work'`,
        },
      },
    ])
    expect(house.requests).toEqual([])
  })

  verifies('seed-000-no-silent-failure', 'the server has ended the sign-in: exit code 5, and it is forgotten', async () => {
    const { house } = await signedIn(({ form }) => (isRefresh(form) ? json({ error: 'invalid_grant' }, 400) : undefined))
    house.time.jump(HOUR)
    const { code, stdout, stderr } = await sit(house, ['token', NOTES])
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(stderr).toContain(`hint: countersign login ${NOTES}\n`)
    expect(await house.vault.list()).toEqual([])
  })

  test('the server is away: exit code 1, and the sign-in is kept', async () => {
    const { house } = await signedIn(() => Promise.reject(new TypeError('fetch failed')))
    house.time.jump(HOUR)
    const { code, stdout, stderr } = await sit(house, ['token', NOTES])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('countersign: could not reach auth.example')
    expect(await house.vault.list()).toHaveLength(1)
  })

  test('the server is away and the token still good: it is printed, with a warning', async () => {
    const { house, stored } = await signedIn(() => Promise.reject(new TypeError('fetch failed')))
    house.time.jump(15 * 60_000 - 30_000)
    const { code, stdout, stderr } = await sit(house, ['token', NOTES])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${(await stored())?.accessToken}\n` })
    expect(stderr).toBe('warning: the token could not be renewed: could not reach auth.example\n')
  })

  test('what is no URL is a wrong call', async () => {
    const house = await openHouse()
    expect(await sit(house, ['token', 'notes'])).toMatchObject({ code: 2, stderr: expect.stringContaining('not a URL: notes') as string })
  })
})

test('where several sign-ins fit, the person says which', async () => {
  const { house, stored } = await signedIn()
  const credential = await stored()
  if (credential === undefined) throw new Error('nothing is stored')
  const name = vaultName(ISSUER, 'acme', NOTES, 'default')
  await house.vault.write(name, { ...credential, clientId: 'acme', accessToken: 'acme-token' })
  const unclear = await sit(house, ['token', NOTES])
  expect(unclear).toMatchObject({ code: 2, stdout: '' })
  expect(unclear.stderr).toContain(`--issuer ${ISSUER} --client-id acme`)
  expect((await sit(house, ['token', NOTES, '--client-id', 'acme'])).stdout).toBe('acme-token\n')
  expect((await sit(house, ['token', NOTES, '--issuer', 'https://other.example'])).code).toBe(5)
  expect((await sit(house, ['token', NOTES, '--profile', 'work'])).code).toBe(5)
})
