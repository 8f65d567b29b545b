import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { readConfiguration } from '../../src/configuration/configuration.ts'
import { checkRiskProfile, reductionsIn } from '../../src/risk/risk-profile.ts'
import { faultOf, ownDirectory, put } from '../directory.ts'
import { configurationOf, start } from '../running.ts'

const issuer = 'https://auth.example'

verifies(
  'rfc10027-2-risk-assessment',
  'a server that others reach does not start, and makes nothing, before its operator has named a risk profile; the refusal says what to read and to set',
  async () => {
    const directory = join(ownDirectory(), 'auth')
    await expect(start(directory, { issuer })).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: 'a server for others needs a risk profile, and none is set for https://auth.example',
      hint:
        'read https://github.com/countersign/countersign/blob/main/docs/threat-model.md; when its risks are yours, ' +
        `set "riskProfile": "standard" in ${directory}/countersign.json, or --risk-profile standard`,
    })
    expect(existsSync(directory)).toBe(false)
    const server = await start(directory, { issuer, riskProfile: 'standard' })
    expect(server).toMatchObject({ isFirstStart: true, issuer })
    expect(server.log).toEqual([])
  },
)

test.each([undefined, 'http://127.0.0.1:8628', 'http://localhost:8628', 'http://[::1]:8628/tenant', 'https://localhost'])(
  'a server that nobody but this machine reaches needs none (%s)',
  (loopback) => {
    const given = loopback === undefined ? {} : { issuer: loopback }
    expect(checkRiskProfile(configurationOf('/srv/auth', { ...given, settings: { approvalPolicy: 'open' } }))).toBeUndefined()
  },
)

const REDUCTIONS = [
  [{ approvalPolicy: 'open' }, 'proximity (settings.approvalPolicy is "open")'],
  [{ codeLife: 901 }, 'short-lived codes (settings.codeLife is 901)'],
  [{ clientDocuments: 'any' }, 'trusted clients (settings.clientDocuments is "any")'],
  [{ registration: 'open' }, 'trusted clients (settings.registration is "open")'],
  [{ refreshAbsolute: 181 * 86_400 }, 'short-lived tokens (settings.refreshAbsolute is 15638400 for devices)'],
  [
    { refreshAbsolute: 86_400, perGrant: { device_code: { refreshAbsolute: 181 * 86_400 } } },
    'short-lived tokens (settings.refreshAbsolute is 15638400 for devices)',
  ],
  [{ freshSignIn: 901 }, 'a fresh sign-in (settings.freshSignIn is 901)'],
  [{ codesPerMinute: 601 }, 'rate limits (settings.codesPerMinute is 601)'],
  ...(['perBrowser', 'perAccount', 'perNetwork'] as const).map(
    (limit) =>
      [
        { guessing: { perBrowser: 5, perAccount: 10, perNetwork: 30, mistypesPerNetwork: 300, window: 3600, [limit]: 500 } },
        `rate limits (settings.guessing.${limit} is 500)`,
      ] as const,
  ),
] as const

test.each(REDUCTIONS)('%o turns a mitigation down: standard does not hold any more, reduced does', (settings, what) => {
  expect(reductionsIn(settings)).toEqual([what])
  const configuration = (riskProfile?: 'standard' | 'reduced') =>
    configurationOf('/srv/auth', { issuer, settings, ...(riskProfile === undefined ? {} : { riskProfile }) })
  expect(faultOf(() => checkRiskProfile(configuration('standard')))).toMatchObject({
    code: 'configuration_invalid',
    message: `riskProfile: "standard" does not hold with less ${what}`,
    hint: expect.stringContaining('"riskProfile": "reduced"'),
  })
  expect(checkRiskProfile(configuration('reduced'))).toBeUndefined()
  expect(faultOf(() => checkRiskProfile(configuration())).hint).toContain('"riskProfile": "reduced"')
})

test('the bounds themselves, and what makes it stricter, turn nothing down', () => {
  expect(reductionsIn({})).toEqual([])
  const guessing = { perBrowser: 50, perAccount: 100, perNetwork: 300, mistypesPerNetwork: 3000, window: 60 }
  expect(reductionsIn({ refreshAbsolute: 400 * 86_400, perGrant: { device_code: { refreshAbsolute: 86_400 } } })).toEqual([])
  expect(reductionsIn({ codeLife: 900, refreshAbsolute: 180 * 86_400, freshSignIn: 900, codesPerMinute: 600, guessing })).toEqual([])
  expect(reductionsIn({ approvalPolicy: 'enrolled', registration: 'initial-access-token', clientDocuments: ['app.example'] })).toEqual([])
})

verifies(
  'rfc10027-2-select-mitigations',
  'what is turned down is said in the log at each start, and when it is turned down by a reload',
  async () => {
    const settings = { approvalPolicy: 'open', codeLife: 1000 } as const
    const server = await start(ownDirectory(), { issuer, riskProfile: 'reduced', settings })
    const reduced = () => server.log.filter((line) => line.includes(' risk.reduced '))
    expect(reduced()).toEqual([
      expect.stringMatching(/ what="proximity \(settings\.approvalPolicy is \\"open\\"\)"$/),
      expect.stringMatching(/ what="short-lived codes \(settings\.codeLife is 1000\)"$/),
    ])
    await server.reload(() => ({ ...server.configuration, riskProfile: 'standard' }))
    expect(server.log.at(-1)).toContain('configuration.not_reloaded')
    await server.reload(() => ({ ...server.configuration, settings: { registration: 'open' } }))
    expect(reduced()).toHaveLength(3)
  },
)

test('the profile is set in the file, the environment or by a flag, and is one of two', () => {
  const directory = ownDirectory()
  const config = put(directory, 'server.json', { riskProfile: 'reduced' })
  expect(readConfiguration({ config }, {}).riskProfile).toBe('reduced')
  expect(readConfiguration({ config }, { COUNTERSIGN_RISK_PROFILE: 'standard' }).riskProfile).toBe('standard')
  expect(readConfiguration({ config, riskProfile: 'reduced' }, { COUNTERSIGN_RISK_PROFILE: 'standard' }).riskProfile).toBe('reduced')
  expect(readConfiguration({}, { XDG_DATA_HOME: directory }).riskProfile).toBeUndefined()
  expect(faultOf(() => readConfiguration({ riskProfile: 'accepted' }, { XDG_DATA_HOME: directory }))).toMatchObject({
    code: 'usage',
    message: '--risk-profile: expected "standard" or "reduced", found "accepted"',
  })
})
