/** Code in classes: private members, loops in a base class, static makers, getters, decorators of routes, stores that a constructor is given. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { subjectOf } from '../src/facts/roles.ts'
import { readProject } from '../src/link/read.ts'
import { RULES } from '../src/rules/catalogue.ts'
import { judge } from '../src/verdict/judge.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/classes/${name}.txt`, import.meta.url), 'utf8')

async function judged(texts: Readonly<Record<string, string>>) {
  const findings = judge(RULES, subjectOf(await readProject(new Map(Object.entries(texts)))))
  const rules = (verdict: string) => findings.filter((each) => each.verdict === verdict).map(({ rule }) => rule)
  return { findings, bad: rules('violates'), good: rules('satisfies') }
}

/** Puts other words in the place of some; all of them have to be there. */
function changed(text: string, changes: readonly (readonly [string, string])[]): string {
  expect(changes.filter(([find]) => !text.includes(find))).toEqual([])
  return changes.reduce((so, [find, replace]) => so.replaceAll(find, () => replace), text)
}

describe('a client whose loop is in a base class', () => {
  const client = fixture('clients.ts')

  test('has no defect, and is one client at its loop', async () => {
    const { bad, good, findings } = await judged({ 'login.ts': client })
    expect(bad).toEqual([])
    expect(good).toEqual(expect.arrayContaining(['DF-C01', 'DF-C02', 'DF-C03', 'DF-C04', 'DF-C05', 'DF-C11']))
    expect(new Set(findings.map(({ unit }) => unit))).toEqual(new Set(['login.ts#PollingLogin.poll']))
  })

  test.each<[string, [string, string][]]>([
    ['DF-C01', [['await this.pause(this.#interval)', 'await this.pause(3)']]],
    ['DF-C02', [['    this.#interval += 5\n', '']]],
    ['DF-C03', [['while (this.#clock() < end) {', 'for (;;) {']]],
    ['DF-C05', [["else if (error.code !== 'authorization_pending') throw error", '']]],
    [
      'DF-C11',
      [
        [
          ', client_id: this.#clientId })\n    const response = await fetch(this.#tokenEndpoint',
          ' })\n    const response = await fetch(this.#tokenEndpoint',
        ],
      ],
    ],
  ])('%s is found when it is put in', async (id, changes) => {
    expect((await judged({ 'login.ts': changed(client, changes) })).bad).toContain(id)
  })
})

describe('a server of controllers', () => {
  const server = fixture('nest-server.ts')

  test('has no defect: decorators are its routes, its guards and what the request brings', async () => {
    const { bad, good } = await judged({ 'device.ts': server })
    expect(bad).toEqual([])
    expect(good).toEqual(
      expect.arrayContaining(['DF-S01', 'DF-S02', 'DF-S04', 'DF-S05', 'DF-S09', 'DF-S10', 'DF-S13', 'DF-S14', 'DF-S15', 'DF-S25']),
    )
  })

  test.each<[string, [string, string][]]>([
    ['DF-S01', [[' || login.clientId !== clientId) throw', ') throw']]],
    ['DF-S02', [["    if (Date.now() >= login.endsAt) throw new OAuthRefusal('expired_token')\n", '']]],
    ['DF-S05', [['await this.logins.takeLogin(this.hash(deviceCode))', 'login']]],
    [
      'DF-S09',
      [
        ['  @Throttle({ default: { limit: 5, ttl: 600_000 } })\n', ''],
        [', ThrottlerGuard', ''],
      ],
    ],
    [
      'DF-S10',
      [
        ["isEarly ? 'slow_down' : 'authorization_pending'", "'authorization_pending'"],
        ['login.lastAsked < login.pause * 1000', 'login.lastAsked'],
      ],
    ],
    [
      'DF-S13',
      [
        ["@Body('answer') answer: string, @Req() request: SignedIn", "@Body('answer') answer: string, @Body('user_id') person: string"],
        ['request.person.id', 'person'],
      ],
    ],
    ['DF-S15', [[' || login.outcome !== Outcome.Open || Date.now() >= login.endsAt) throw', ') throw']]],
    ['DF-S25', [["  @Header('Cache-Control', 'no-store')\n", '']]],
  ])('%s is found when it is put in', async (id, changes) => {
    expect((await judged({ 'device.ts': changed(server, changes) })).bad).toContain(id)
  })
})

describe('a store that the constructor is given', () => {
  const grant = `import { Refused } from './refused'
import type { LoginStore } from './store'

export class DeviceGrant {
  readonly #kept: LoginStore
  constructor(store: LoginStore) {
    this.#kept = store
  }

  async redeem(clientId: string, deviceCode: string) {
    const login = await this.#kept.load(deviceCode)
    if (login === undefined || login.client_id !== clientId) throw new Refused('invalid_grant')
    if (login.state === 'open') throw new Refused('authorization_pending')
    return this.#kept.remove(login)
  }
}
`
  const store = `export interface LoginStore {
  load(deviceCode: string): Promise<Login | undefined>
  remove(login: Login): Promise<Login>
}

export class MapLoginStore implements LoginStore {
  readonly #logins = new Map<string, Login>()

  async load(deviceCode: string) {
    const login = this.#logins.get(deviceCode)
    return login === undefined || login.gone <= Date.now() ? undefined : login
  }

  async remove(login: Login) {
    this.#logins.delete(login.device_code)
    return login
  }
}
`
  const given = `  readonly #kept: LoginStore
  constructor(store: LoginStore) {
    this.#kept = store
  }
`
  test.each<[string, [string, string][], [string, string][]]>([
    ['given to the constructor', [], []],
    [
      'a member of the parameters',
      [
        [given, '  constructor(private readonly kept: LoginStore) {}\n'],
        ['this.#kept.', 'this.kept.'],
      ],
      [],
    ],
    ['made where it is kept', [[given, '  readonly #kept = new MapLoginStore()\n']], []],
    [
      'made by a static method',
      [
        ['    this.#kept = store\n', '    this.#kept = MapLoginStore.open()\n'],
        ['readonly #kept: LoginStore', '#kept'],
        ['store: LoginStore', 'name: string'],
      ],
      [['  readonly #logins =', '  static open() {\n    return new MapLoginStore()\n  }\n  readonly #logins =']],
    ],
    [
      'a store that inherits its methods',
      [[given, '  readonly #kept = new SmallLoginStore()\n']],
      [['export class MapLoginStore', 'export class SmallLoginStore extends MapLoginStore {}\n\nclass MapLoginStore']],
    ],
  ])('is followed, whatever its methods are called: %s', async (_, inGrant, inStore) => {
    const [src, kept] = [changed(grant, inGrant), changed(store, inStore)]
    const of = (text: string) => judged({ 'src/grant.ts': src, 'src/store.ts': text })
    expect((await of(kept)).good).toEqual(expect.arrayContaining(['DF-S01', 'DF-S02', 'DF-S05']))
    expect((await of(changed(kept, [[' || login.gone <= Date.now()', '']]))).bad).toContain('DF-S02')
    expect((await of(changed(kept, [['    this.#logins.delete(login.device_code)\n', '']]))).bad).toContain('DF-S05')
  })
})
