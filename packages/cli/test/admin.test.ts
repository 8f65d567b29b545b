import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ownDirectory } from './command.ts'
import { formerHouse } from './former-house.ts'
import { countersign } from './in-process.ts'

test('clients are added, shown and removed; a secret is printed once', async () => {
  const { directory } = await formerHouse()
  const admin = (...args: string[]) => countersign('admin', 'client', ...args, '--data', directory)
  const added = await admin('add', '--id', 'robot', '--name', 'Robot', '--confidential', '--scope', 'read', '--scope', 'write')
  expect(added.stdout).toMatch(/^client_id robot\nclient_secret [\w-]{43}\n$/)
  const shown = await admin('show', 'robot', '--json')
  expect(JSON.parse(shown.stdout)).toMatchObject({ id: 'robot', authentication: 'client_secret', scopes: ['read', 'write'] })
  expect(shown.stdout).not.toMatch(/secretDigest/)
  expect((await admin('remove', 'robot')).code).toBe(0)
  expect((await admin('list')).stdout).toMatch(/^countersign-cli\tCountersign CLI\tnone\t\S+\n$/)
  expect(await admin('show', 'robot')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'countersign: there is no client with the id "robot"\n',
  })
  const here = 'http://127.0.0.1/callback'
  expect(
    (await admin('add', '--id', 'host', '--name', 'MCP host', '--redirect-uri', here, '--redirect-uri', 'com.example.app:/cb')).code,
  ).toBe(0)
  expect(JSON.parse((await admin('show', 'host', '--json')).stdout)).toMatchObject({
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: [here, 'com.example.app:/cb'],
  })
  expect(await admin('add', '--name', 'MCP host', '--redirect-uri', `${here}#x`)).toMatchObject({
    code: 2,
    stderr: `countersign: "${here}#x": a redirect URI is an absolute URI without a fragment\n`,
  })
  const missing = await admin('add', '--name', 'TV', '--jwks', '/nowhere/keys.json')
  expect(missing).toMatchObject({ code: 2, stderr: 'countersign: the file "/nowhere/keys.json" cannot be read\n' })
  const refused = await admin('add', '--name', 'TV', '--grant-type', 'devicecode')
  expect(refused).toMatchObject({
    code: 2,
    stderr: 'countersign: "devicecode" is no grant type of this server\nhint: did you mean "device_code"?\n',
  })
})

test('signing keys are listed and rotated; the new one is published before it signs, and nothing private is shown', async () => {
  const { directory } = await formerHouse()
  const admin = async (...args: string[]) => countersign('admin', 'key', ...args, '--data', directory)
  const keys = async () => (JSON.parse((await admin('list', '--json')).stdout) as { keys: { key_id: string; signs_from: string }[] }).keys
  const [first, ...none] = await keys()
  expect(none).toEqual([])
  const rotated = await admin('rotate')
  const [old, added] = await keys()
  expect(old).toEqual(first)
  expect(rotated.stdout).toBe(`${added?.key_id}\n`)
  expect(Date.parse(added?.signs_from ?? '')).toBeGreaterThan(Date.now() + 500_000)
  expect((await admin('list')).stdout).toMatch(/^(\S{43}\t\S+\t\S+\n){2}$/)
})

test('where notices are mailed to is said, changed, taken back, and never half', async () => {
  const { directory } = await formerHouse()
  const user = (...args: string[]) => countersign('admin', 'user', ...args, '--data', directory)
  expect(await user('add', 'ada', '--generate', '--mail', 'ada@mail.example')).toMatchObject({ code: 0 })
  const mail = async () => (await user('list')).stdout.trim().split('\t').at(-1)
  expect(await mail()).toBe('ada@mail.example')
  const told = { code: 0, stdout: '', stderr: 'notices for "ada" are mailed to king@mail.example\n' }
  expect(await user('mail', 'ada', 'king@mail.example')).toEqual(told)
  expect(await mail()).toBe('king@mail.example')
  expect(await user('mail', 'ada', 'king at mail')).toMatchObject({
    code: 2,
    stderr: 'countersign: "king at mail" is no mail address\nhint: write it as name@example.com, without quotes and brackets\n',
  })
  for (const args of [['ada'], ['ada', 'a@mail.example', '--remove']]) {
    const half = { code: 2, stderr: 'countersign: give an address, or --remove to take it back\n' }
    expect(await user('mail', ...args)).toMatchObject(half)
  }
  expect(await user('mail', 'bob', 'bob@mail.example')).toMatchObject({ code: 2 })
  expect(await user('add', 'bob', '--generate', '--mail', 'bob')).toMatchObject({ code: 2 })
  expect(await mail()).toBe('king@mail.example')
  expect(JSON.parse((await user('list', '--json')).stdout)).toMatchObject({ users: [{ name: 'ada', mail: 'king@mail.example' }] })
  expect(JSON.parse((await user('mail', 'ada', '--remove', '--json')).stdout)).toEqual({ name: 'ada', mail: null })
  expect(await mail()).toBe('-')
})

test('whoever has no passkey is shown none; one that is not there is not removed, and one and all at once is a slip', async () => {
  const { directory } = await formerHouse()
  const user = (...args: string[]) => countersign('admin', 'user', ...args, '--data', directory)
  await user('add', 'ada', '--generate')
  expect(await user('passkeys', 'ada')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(JSON.parse((await user('passkeys', 'ada', '--json')).stdout)).toEqual({ name: 'ada', passkeys: [] })
  const refused = { code: 2, stdout: '', stderr: 'countersign: "ada" has no passkey with the id "unknown"\n' }
  expect(await user('passkeys', 'ada', '--remove', 'unknown')).toEqual(refused)
  expect(await user('passkeys', 'ada', '--remove-all')).toEqual({ code: 0, stdout: '', stderr: '0 passkeys of "ada" removed\n' })
  expect(JSON.parse((await user('passkeys', 'ada', '--remove-all', '--json')).stdout)).toEqual({ name: 'ada', removed: 0 })
  expect(await user('passkeys', 'bob')).toMatchObject({ code: 2, stderr: 'countersign: there is no account named "bob"\n' })
  expect(await user('passkeys', 'ada', '--remove', 'x', '--remove-all')).toMatchObject({ code: 2, stdout: '' })
})

test('device keys are enrolled, listed and forgotten, and wrong calls say what is wrong', async () => {
  const { directory } = await formerHouse()
  const admin = (...args: string[]) => countersign('admin', ...args, '--data', directory)
  await admin('user', 'add', 'ada', '--generate')
  const key = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'
  expect(await admin('device-key', 'enroll', 'ada', key)).toEqual({
    code: 0,
    stdout: '',
    stderr: '"ada" can approve this key now, without a countersign, until it is forgotten\n',
  })
  expect((await admin('device-key', 'list', 'ada')).stdout).toMatch(new RegExp(`^${key}\tenrolled\t\\d{4}-\\S+Z\n$`))
  expect(JSON.parse((await admin('device-key', 'list', 'ada', '--json')).stdout)).toEqual({
    account: 'ada',
    device_keys: [{ key_thumbprint: key, known_since: expect.any(String), enrolled: true }],
  })
  const forgotten = await admin('device-key', 'forget', 'ada', key, '--json')
  expect(JSON.parse(forgotten.stdout)).toEqual({ account: 'ada', key_thumbprint: key, forgotten: true })
  expect(await admin('device-key', 'forget', 'ada', key)).toMatchObject({ code: 2, stderr: 'countersign: "ada" knows no such key\n' })
  expect(await admin('device-key', 'enroll', 'ada', 'abc')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^countersign: a key is named by its thumbprint: .*\nhint: the log tells it/),
  })
  expect(await admin('device-key', 'enroll', 'bob', key)).toMatchObject({
    code: 2,
    stderr: 'countersign: there is no account named "bob"\n',
  })
})

test('registration tokens are printed once, listed without the token, and revoked', async () => {
  const { directory } = await formerHouse()
  const admin = (...args: string[]) => countersign('admin', 'registration-token', ...args, '--data', directory)
  const added = await admin('add', '--uses', '20', '--expires', '30d')
  expect(added.stdout).toMatch(/^[\w-]{43}\n$/)
  expect(added.stderr).toMatch(/^good for 20 registrations until \S+Z; the token is shown this once\nnobody can register anything yet: /)
  const [id, left, created, expires] = (await admin('list')).stdout.trim().split('\t')
  expect(left).toBe('20')
  expect(Date.parse(expires ?? '') - Date.parse(created ?? '')).toBe(30 * 86_400_000)
  expect(id).not.toBe(added.stdout.trim())
  const asJson = JSON.parse((await admin('add', '--json')).stdout) as Record<string, unknown>
  expect(asJson).toEqual({
    id: expect.any(String),
    initial_access_token: expect.stringMatching(/^[\w-]{43}$/),
    registrations: 1,
    expires_at: expect.stringMatching(/Z$/),
  })
  expect(JSON.parse((await admin('list', '--json')).stdout)).toMatchObject({
    registration_tokens: [{ id }, { id: asJson['id'], remaining: 1 }],
  })
  expect(await admin('revoke', id ?? '')).toEqual({ code: 0, stdout: '', stderr: 'revoked; what was registered with it stays\n' })
  expect(await admin('revoke', id ?? '')).toMatchObject({
    code: 2,
    stderr: `countersign: there is no registration token with the id "${id}"\n`,
  })
  for (const uses of ['0', '1.5', '-1', 'many', '1e3']) {
    const refused = await admin('add', `--uses=${uses}`)
    expect(refused).toMatchObject({ code: 2, stderr: `countersign: --uses: expected a whole number from 1 on, found "${uses}"\n` })
  }
  for (const expires of ['7', '0d', '1w', '7 d', '']) {
    const refused = await admin('add', `--expires=${expires}`)
    const stderr = `countersign: --expires: expected a length of time, like 30m, 12h or 7d, found "${expires}"\n`
    expect(refused).toMatchObject({ code: 2, stderr })
  }
  expect((await admin('list')).stdout.trim().split('\n')).toHaveLength(1)
})

test('where no server was, the command says so and makes nothing', async () => {
  const directory = `${ownDirectory()}/mistyped`
  expect(await countersign('admin', 'user', 'list', '--data', directory)).toEqual({
    code: 1,
    stdout: '',
    stderr:
      `countersign: there is no server in "${directory}"\n` +
      'hint: start it once with "countersign serve", or name its directory with --data or COUNTERSIGN_DATA, ' +
      'its store with --store or COUNTERSIGN_STORE\n',
  })
  expect(existsSync(directory)).toBe(false)
})

test('without a terminal there is nobody to ask for a password', async () => {
  const { directory } = await formerHouse()
  for (const verb of ['add', 'passwd']) {
    expect(await countersign('admin', 'user', verb, 'ada', '--data', directory)).toMatchObject({
      code: 2,
      stderr: 'countersign: there is no terminal to ask for the password on\nhint: use --password-stdin or --generate\n',
    })
  }
})
