import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { countersign, MAIN, ownDirectory } from '../command.ts'
import { keptVault } from '../support/kept.ts'

const bearer = { tokenType: 'Bearer', accessToken: 'at-1' } as const

async function docker() {
  const { environment } = await keptVault(
    { resource: 'https://registry.example/', ...bearer },
    { resource: 'https://bound.example/', accessToken: 'at-2' },
    { resource: 'https://work.example/', profile: 'work', ...bearer },
  )
  const main = join(ownDirectory(), 'docker-credential-countersign')
  symlinkSync(MAIN, main)
  return (operation: string, input = '') => countersign([operation], { environment, main, input })
}

test.each(['registry.example', 'https://registry.example', 'https://registry.example/v2/'])('get %s', async (asked) => {
  const ask = await docker()
  const { code, stdout } = await ask('get', `${asked}\n`)
  expect({ code, answer: JSON.parse(stdout) as unknown }).toEqual({
    code: 0,
    answer: { ServerURL: asked, Username: 'oauth2', Secret: 'at-1' },
  })
})

test('where there is none, Docker hears the words that let it go on', async () => {
  const ask = await docker()
  for (const asked of ['other.example', '', 'http://registry.example']) {
    expect(await ask('get', asked)).toEqual({ code: 1, stdout: 'credentials not found in native keychain\n', stderr: '' })
  }
})

test('a token that needs a proof is not given out', async () => {
  const ask = await docker()
  const { code, stdout } = await ask('get', 'bound.example')
  expect({ code, stdout }).toEqual({ code: 1, stdout: 'the token for bound.example is bound to a key, which Docker cannot prove\n' })
})

test('list names what get would give', async () => {
  const ask = await docker()
  expect(JSON.parse((await ask('list')).stdout)).toEqual({ 'https://registry.example/': 'oauth2' })
})

test('store is refused, erase changes nothing, anything else is a wrong call', async () => {
  const ask = await docker()
  expect((await ask('store', '{"ServerURL":"registry.example","Username":"u","Secret":"s"}')).code).toBe(1)
  expect(await ask('erase', 'registry.example')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect((await ask('get', 'registry.example')).code).toBe(0)
  expect((await ask('caress')).code).toBe(2)
})
