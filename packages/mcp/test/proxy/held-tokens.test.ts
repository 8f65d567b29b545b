import type { AccessTokenOptions, Credential } from '@countersign/client'
import { expect, test } from 'vitest'
import { heldTokens } from '../../src/proxy/held-tokens.ts'

function stage(expiresIn?: number) {
  const seen: (AccessTokenOptions | undefined)[] = []
  let now = 1_000_000
  let token = 'one'
  let signedOut = false
  const tokens = heldTokens(
    {
      accessToken: async (_name, options) => {
        seen.push(options)
        if (signedOut) throw new Error('not signed in')
        return { accessToken: token, ...(expiresIn === undefined ? {} : { expiresAt: 1_000_000 + expiresIn }) } as Credential
      },
    },
    { now: () => now },
  )
  return {
    seen,
    ask: async (options?: AccessTokenOptions) => (await tokens.accessToken('name', options)).accessToken,
    pass: (milliseconds: number) => void (now += milliseconds),
    forget: () => tokens.forget(),
    renew: (next: string) => void (token = next),
    signOut: () => void (signedOut = true),
  }
}

test('calls in one second look into the vault once', async () => {
  const { ask, pass, renew, seen } = stage()
  expect(await ask()).toBe('one')
  renew('two')
  pass(999)
  expect([await ask(), seen.length]).toEqual(['one', 1])
  pass(1)
  expect([await ask(), seen.length]).toEqual(['two', 2])
})

test('a token that the server refused is not given again', async () => {
  const { ask, renew, seen } = stage()
  await ask()
  renew('two')
  expect(await ask({ rejected: 'one' })).toBe('two')
  expect(seen.at(-1)).toEqual({ rejected: 'one' })
  // Another call that was refused the former one gets the one there is.
  expect([await ask({ rejected: 'one' }), seen.length]).toEqual(['two', 2])
})

test('after a sign-in with more scopes the next call looks at once', async () => {
  const { ask, renew, forget } = stage()
  await ask()
  renew('two')
  forget()
  expect(await ask()).toBe('two')
})

test('a sign-out elsewhere is noticed after a second, and nothing is held after it', async () => {
  const { ask, pass, signOut } = stage()
  await ask()
  signOut()
  pass(1000)
  await expect(ask()).rejects.toThrow('not signed in')
  await expect(ask()).rejects.toThrow('not signed in')
})

test('a token near its end is asked for every time, so that it is renewed when it is due', async () => {
  const { ask, pass, seen } = stage(2500)
  await ask()
  pass(400)
  await ask()
  expect(seen.length).toBe(1)
  pass(200)
  await ask()
  await ask()
  expect(seen.length).toBe(3)
})
