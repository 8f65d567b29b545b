import { expect, test } from 'vitest'
import { type Answer, ISSUER, json, NOTES, openHouse } from '../../../../tests/support/house.ts'
import { objects, signIn, sit } from '../support/seat.ts'

const terminal = { columns: 80, rows: 24 }
const answering =
  (answer: () => Response): Answer =>
  ({ url }) =>
    url.endsWith('/userinfo') ? answer() : undefined

test('who the server says is signed in, with what it is for', async () => {
  const house = await openHouse()
  await signIn(house)
  const { code, stdout, stderr } = await sit(house, ['whoami', NOTES], { terminal })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.split('\n')).toEqual([
    'name      ada',
    `subject   ${house.subject}`,
    `resource  ${NOTES}`,
    `issuer    ${ISSUER}`,
    'client    countersign-cli',
    'scopes    notes:read',
    '',
  ])
  expect((await sit(house, ['whoami', NOTES])).stdout).toContain(`name\tada\nsubject\t${house.subject}\n`)
})

test('with --json everything the server said is there', async () => {
  const house = await openHouse()
  await signIn(house)
  const { stdout } = await sit(house, ['whoami', NOTES, '--json'])
  expect(objects(stdout)).toEqual([
    {
      subject: house.subject,
      name: 'ada',
      scope: 'notes:read',
      resource: NOTES,
      issuer: ISSUER,
      client_id: 'countersign-cli',
      profile: 'default',
      userinfo: { sub: house.subject, preferred_username: 'ada' },
    },
  ])
})

test('without a userinfo endpoint, or with one that refuses, what is known here is told, and that it is not all', async () => {
  const refusing = await openHouse({ answer: answering(() => json({ error: 'insufficient_scope' }, 403)) })
  await signIn(refusing)
  const { code, stdout, stderr } = await sit(refusing, ['whoami', NOTES], { terminal })
  expect(code).toBe(0)
  expect(stderr).toBe('warning: the userinfo endpoint answered status 403\n')
  expect(stdout).toMatch(/^resource {2}https:/)

  const [entry] = await refusing.vault.list()
  if (entry === undefined) throw new Error('nothing is stored')
  const { userinfo: _, ...endpoints } = entry.credential.endpoints
  await refusing.vault.write(entry.name, { ...entry.credential, endpoints })
  const silent = await sit(refusing, ['whoami', NOTES, '--json'])
  expect(silent.stderr).toContain('does not tell who is signed in')
  expect(objects(silent.stdout)).toEqual([
    { scope: 'notes:read', resource: NOTES, issuer: ISSUER, client_id: 'countersign-cli', profile: 'default' },
  ])
})

test('not signed in, never or no more: exit code 5 and the command that helps', async () => {
  const house = await openHouse({ answer: answering(() => new Response('', { status: 401 })) })
  const never = await sit(house, ['whoami', NOTES])
  expect(never).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining(`hint: countersign login ${NOTES}`) as string })
  await signIn(house)
  house.time.jump(30 * 86_400_000)
  expect(await sit(house, ['whoami', NOTES])).toMatchObject({ code: 5, stdout: '' })
})

test('the server cannot be asked: exit code 1', async () => {
  const house = await openHouse({
    answer: ({ url }) => (url.endsWith('/userinfo') ? Promise.reject(new TypeError('fetch failed')) : undefined),
  })
  await signIn(house)
  expect(await sit(house, ['whoami', NOTES])).toMatchObject({ code: 1, stdout: '' })
})

test('a name that a stranger chose cannot move the cursor', async () => {
  const house = await openHouse({ answer: answering(() => json({ sub: 'x\u001b[2J', name: 'Eve\u009b31m\u202e' })) })
  await signIn(house)
  for (const args of [
    ['whoami', NOTES],
    ['whoami', NOTES, '--json'],
  ]) {
    const { code, stdout, stderr } = await sit(house, args, { terminal })
    expect(code).toBe(0)
    expect(stdout + stderr).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u)
    // Escaped for a program, which reads what the server said.
    if (args.includes('--json')) expect(objects(stdout)[0]?.['name']).toBe('Eve\u009b31m\u202e')
  }
})
