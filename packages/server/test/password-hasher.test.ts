import { expect, test } from 'vitest'
import { argon2Hasher } from '../src/password-hasher.ts'

test('a password is hashed by argon2id with 64 MiB, three passes, one lane and a salt of its own', async () => {
  const hasher = argon2Hasher()
  const [one, other] = await Promise.all([hasher.hash('correct horse'), hasher.hash('correct horse')])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(other).not.toBe(one)
  expect(await hasher.verify(one, 'correct horse')).toBe(true)
  expect(await hasher.verify(one, 'correct horsf')).toBe(false)
})

test('one hash more than may wait is refused', async () => {
  const hasher = argon2Hasher({ concurrency: 1, waiting: 0 })
  const first = hasher.hash('correct horse')
  await expect(hasher.hash('battery staple')).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  expect(await hasher.verify(await first, 'correct horse')).toBe(true)
})
