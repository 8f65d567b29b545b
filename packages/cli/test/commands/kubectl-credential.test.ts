import { describe, expect, test } from 'vitest'
import { NOTES, openHouse } from '../../../../tests/support/house.ts'
import { countersign } from '../command.ts'
import { keptVault } from '../support/kept.ts'
import { sit } from '../support/seat.ts'

const CLUSTER = 'https://kubernetes.example/'
const V1 = 'client.authentication.k8s.io/v1'
const info = (interactive: boolean, apiVersion = V1) => JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive } })

async function asking(more = {}) {
  const { environment, vault, names } = await keptVault({ resource: CLUSTER, tokenType: 'Bearer', accessToken: 'at-1', ...more })
  const ask = (given: string | undefined, url = CLUSTER) =>
    countersign(['kubectl-credential', url], {
      environment: { ...environment, ...(given === undefined ? {} : { KUBERNETES_EXEC_INFO: given }) },
    })
  return { ask, stored: async () => vault.read(names[0] ?? '') }
}

test('the token with its end, in the version that was asked for', async () => {
  const { ask, stored } = await asking()
  const expirationTimestamp = new Date((await stored())?.expiresAt ?? 0).toISOString()
  for (const apiVersion of [V1, 'client.authentication.k8s.io/v1beta1']) {
    const { code, stdout } = await ask(info(false, apiVersion))
    expect({ code, told: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      told: { apiVersion, kind: 'ExecCredential', status: { token: 'at-1', expirationTimestamp } },
    })
  }
  expect(JSON.parse((await ask(undefined)).stdout)).toMatchObject({ apiVersion: 'client.authentication.k8s.io/v1beta1' })
})

test('what it does not understand is a wrong call', async () => {
  const { ask } = await asking()
  for (const given of ['{', info(false, 'client.authentication.k8s.io/v2'), '"x"'])
    expect(await ask(given)).toMatchObject({ code: 2, stdout: '' })
})

test('a token that needs a proof is not given out', async () => {
  const { ask } = await asking({ tokenType: 'DPoP' })
  const { code, stdout, stderr } = await ask(info(false))
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('bound to a key, which kubectl cannot prove')
})

describe('nobody is signed in', () => {
  test.each([
    ['kubectl forbids questions', info(false), { columns: 80, rows: 24 }],
    ['there is no terminal', info(true), undefined],
  ])('%s: no code is asked for', async (_why, given, terminal) => {
    const house = await openHouse()
    const environment = { KUBERNETES_EXEC_INFO: given }
    const ended = await sit(house, ['kubectl-credential', NOTES], { environment, ...(terminal === undefined ? {} : { terminal }) })
    expect({ code: ended.code, stdout: ended.stdout, asked: house.requests.length }).toEqual({ code: 5, stdout: '', asked: 0 })
    expect(ended.stderr).toContain(`hint: countersign login ${NOTES}\n`)
  })

  test('kubectl allows questions: the person signs in on stderr, and stdout stays free for kubectl', async () => {
    const house = await openHouse()
    const { stdout, stderr } = await sit(house, ['kubectl-credential', NOTES], {
      environment: { KUBERNETES_EXEC_INFO: info(true) },
      terminal: { columns: 80, rows: 24 },
      onCode: (userCode) => house.decide(userCode, 'approve'),
    })
    expect(await house.vault.list()).toHaveLength(1)
    // This server binds its tokens, so kubectl cannot use it; what matters here is who was asked, and where.
    expect(stderr).toContain('bound to a key, which kubectl cannot prove')
    expect(stdout).toBe('')
  })
})
