import { expect, test } from 'vitest'
import { readResourceChallenge, scopesOf } from '../../src/discovery/protected-resource.ts'

test('the first resource_metadata and scope of all challenges are read', () => {
  expect(readResourceChallenge('Bearer error="invalid_token", resource_metadata="https://a.example/m", scope="a b"')).toEqual({
    resourceMetadata: 'https://a.example/m',
    scope: ['a', 'b'],
  })
  expect(readResourceChallenge('Basic realm="a, b", DPoP scope="c", Bearer scope="d", resource_metadata="https://b.example/m"')).toEqual({
    resourceMetadata: 'https://b.example/m',
    scope: ['c'],
  })
  for (const header of ['', 'Bearer', 'Bearer scope=""', 'Bearer resource_metadata=""', 'Bearer scope="\u00e4"', ',,=,"']) {
    expect(readResourceChallenge(header)).toEqual({ resourceMetadata: undefined, scope: undefined })
  }
})

test('scopes_supported is a list of scopes or no hint', () => {
  expect(scopesOf({ resource: 'r', scopes_supported: ['a', 'b'] })).toEqual(['a', 'b'])
  for (const scopes_supported of [undefined, [], [''], ['a', 7], 'a b', ['a"b']]) {
    expect(scopesOf({ resource: 'r', scopes_supported: scopes_supported as readonly string[] })).toBeUndefined()
  }
  expect(scopesOf(undefined)).toBeUndefined()
})
