import { afterAll, beforeAll, expect, test } from 'vitest'
import { openScriptlessBrowser, overHttp } from '../../examples/first-login/src/scriptless-browser.ts'
import { verifies } from '../../requirements/verifies.ts'
import { openPlace, PASSWORD, type Place } from './support/place.ts'
import { filesBelow, findSecrets } from './support/search.ts'
import { countersign, invitationOf, signedIn } from './support/sign-in.ts'
import { callTool, credentialOf, outlive } from './support/vault.ts'
import { askForCode, askWho, openPerson, poll, refresh } from './support/wire.ts'
import { openWiretap } from './support/wiretap.ts'

const MISTYPED = 'analytical engine 1834'

const wiretap = openWiretap()
let place: Place
/** Every secret there was, by what it is called. */
let secrets: ReadonlyMap<string, string>

beforeAll(async () => {
  place = await openPlace({ inFront: wiretap.inFront })
  const key = await live()
  await misuse()
  secrets = new Map([...wiretap.heard(), [key, 'private key'], [PASSWORD, 'password'], [MISTYPED, 'password']])
}, 120_000)
afterAll(async () => {
  await place?.close()
  await wiretap.close()
})

/** The life of a sign-in, with every command and as talkative as they get. Gives back its private key. */
async function live(): Promise<string> {
  const { issuer, resource } = place
  const person = await openPerson(issuer)
  const waiting = place.startOnTerminal('login', resource, '--debug', '--scope', 'notes:read notes:write')
  await countersign(waiting, await person.approve((await invitationOf(place, waiting)).userCode))
  await signedIn(place, waiting)
  const { credential } = await credentialOf(place)
  await callTool(place, 'add_note', { text: 'a note' })
  await outlive(place)
  for (const command of [
    ['token', resource],
    ['whoami', resource],
    ['status', '--json'],
    ['login', resource],
  ] as const) {
    expect((await place.run(...command)).code, command.join(' ')).toBe(0)
  }
  const denied = place.start('login', resource, '--force', '--debug')
  await person.deny((await invitationOf(place, denied)).userCode)
  expect((await denied.ended).code).toBe(3)
  return credential.key['d'] as string
}

/** Everything that goes wrong with secrets, where somebody might write down what was wrong. */
async function misuse(): Promise<void> {
  const { issuer, resource } = place
  const { accessToken } = (await credentialOf(place)).credential
  const { browser, approve } = await openPerson(issuer)
  const stranger = openScriptlessBrowser(issuer, overHttp(issuer))
  const { deviceCode, userCode } = await askForCode(issuer, resource)
  await approve(userCode)
  const { body } = await poll(issuer, deviceCode)
  const refreshToken = String(body['refresh_token'])
  const bearer = { authorization: `Bearer ${accessToken}` }
  const json = { 'content-type': 'application/json' }
  const wrongs: readonly (() => Promise<unknown>)[] = [
    // Spent and used again, or not quite right.
    () => refresh(issuer, refreshToken),
    () => refresh(issuer, refreshToken),
    () => refresh(issuer, `${refreshToken}x`),
    () => poll(issuer, deviceCode),
    () => browser.enter(userCode),
    // In the wrong place, or the wrong form.
    () => fetch(`${issuer}/token?device_code=${deviceCode}`),
    () => fetch(`${issuer}/token`, { method: 'POST', body: JSON.stringify({ device_code: deviceCode }), headers: json }),
    () => fetch(`${issuer}/${accessToken}`),
    () => fetch(`${issuer}/userinfo?access_token=${accessToken}`),
    () => askWho(issuer, accessToken),
    () => fetch(resource, { method: 'POST', headers: bearer }),
    () => fetch(resource, { method: 'POST', headers: { ...bearer, dpop: accessToken } }),
    () => fetch(`${resource}?access_token=${accessToken}`),
    // Passwords that do not fit, or stand where the name goes.
    () => stranger.signIn('ada', MISTYPED),
    () => stranger.signIn(PASSWORD, PASSWORD),
  ]
  for (const wrong of wrongs) await wrong()
}

verifies(
  'seed-000-encrypted-at-rest',
  'no file of the server, of the vault or anywhere else holds a code, a token, a password, a cookie or a private key',
  () => {
    const names = new Set(secrets.values())
    for (const name of ['device_code', 'user_code', 'access_token', 'refresh_token', 'password', 'cookie', 'csrf', 'private key']) {
      expect(names).toContain(name)
    }
    const files = filesBelow(place.folder)
    expect([...files.keys()].join(' ')).toMatch(/authority\/countersign\.sqlite.* vault\/\S+/)
    expect(findSecrets(secrets, files)).toEqual([])
    // What is no secret is found there, so the secrets would have been.
    const known = new Map([['ada', 'account']])
    expect(findSecrets(known, files)).toContainEqual(expect.stringMatching(/^authority\/countersign\.sqlite/))
  },
)

verifies(
  ['seed-002-no-code-logging', 'rfc8628-3.3-hide-device-code'],
  'no program printed a secret, but the token that was asked for, and the code for the person who waits',
  async () => {
    expect((await place.run('logout', place.resource)).code).toBe(0)
    const programs = place.programs()
    const printed = new Map(programs.map(({ name, printed }, index) => [`${index} ${name}`, printed()]))
    const found = findSecrets(secrets, printed).map((each) => each.replace(/^\d+ /, ''))
    expect([...new Set(found)].sort()).toEqual(['login: user_code', 'token: access_token'])
    // The server did write about all of it.
    const log = place.server().stderr()
    for (const type of ['device.opened', 'device.approved', 'device.redeemed', 'device.denied', 'device.replayed', 'account.refused']) {
      expect(log).toContain(type)
    }
  },
)

test('a secret is found however it was written down', () => {
  const secret = 'GmRhmhcxhwAzkoEqiMEg_DnyEhNkuqhUuYTY3Whvpx9Q'
  const written = {
    plain: `x${secret}y`,
    'in JSON': JSON.stringify({ secret }),
    hex: Buffer.from(secret).toString('hex'),
    'base64, first': Buffer.from(`${secret} and more`).toString('base64'),
    'base64, second': Buffer.from(`1${secret} and more`).toString('base64url'),
    'base64, third': Buffer.from(`12${secret} and more`).toString('base64'),
    'of something else': 'GmRhmhcxhwAzkoEqiMEg',
  }
  const places = new Map(Object.entries(written).map(([name, text]) => [name, Buffer.from(text)]))
  const found = Object.keys(written).filter((name) => name !== 'of something else')
  expect(findSecrets(new Map([[secret, 'secret']]), places)).toEqual(found.map((name) => `${name}: secret`).sort())
})
