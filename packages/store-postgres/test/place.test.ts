import { expect, test } from 'vitest'
import { placeOf } from '../src/place.ts'

test('the URL goes to the driver without what is ours, and to people without what is secret', () => {
  expect(placeOf('postgres://app:s3cret@db.internal:6432/auth?sslmode=verify-full&schema=a_b&connections=4&prepared=no')).toEqual({
    url: 'postgres://app:s3cret@db.internal:6432/auth?sslmode=verify-full',
    shown: 'postgres://db.internal:6432/auth',
    schema: 'a_b',
    connections: 4,
    preparedStatements: false,
  })
  expect(placeOf('postgresql://localhost/auth?prepared=yes')).toEqual({
    url: 'postgresql://localhost/auth',
    shown: 'postgres://localhost/auth',
    preparedStatements: true,
  })
  expect(placeOf('postgres:///auth?host=/run/postgresql').shown).toBe('postgres://%2Frun%2Fpostgresql/auth')
  expect(placeOf('postgres://a%40b:p%2Fw@127.0.0.1/auth').url).toBe('postgres://a%40b:p%2Fw@127.0.0.1/auth')
})

test('what crosses a network is encrypted, or somebody has said that it need not be', () => {
  for (const url of ['postgres://u:s3cret@db.internal/a', 'postgres://u:s3cret@10.0.0.5:5432/a', 'postgres:///a?host=db.internal']) {
    expect(() => placeOf(url)).toThrow(
      expect.objectContaining({ code: 'configuration_invalid', hint: expect.stringContaining('sslmode=verify-full') }),
    )
    expect(() => placeOf(url)).not.toThrow(/s3cret/)
  }
  for (const url of [
    'postgres://db.internal/a?sslmode=disable',
    'postgres://db.internal/a?sslmode=verify-full',
    'postgres://127.0.0.1/a',
    'postgres://[::1]/a',
    'postgres://localhost/a',
    'postgres:///a',
    'postgres:///a?host=/run/postgresql',
  ]) {
    expect(placeOf(url).shown).toContain('/a')
  }
})

test('a URL that cannot be used is refused without being repeated', () => {
  const wrong = ['mysql://u:s3cret@h/d', 's3cret', 'postgres://u:s3cret@h:x/d', 'postgres://u:s3cret@localhost/d?connections=0']
  for (const url of [...wrong, 'postgres://u:s3cret@localhost/d?connections=many', 'postgres://u:s3cret@localhost/d?prepared=maybe']) {
    let error: unknown
    try {
      placeOf(url)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ name: 'CountersignError', code: 'configuration_invalid' })
    expect(JSON.stringify([String(error), error])).not.toContain('s3cret')
  }
})
