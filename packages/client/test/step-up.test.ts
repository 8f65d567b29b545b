/** Step-up: the union of scopes, and an end to asking. */
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { type StepUp, scopeMissing, stepUp } from '../src/index.ts'

const granted = ['notes:read', 'profile']

/** Step-ups for one operation whose challenges come one after the other, each approved only as far as told. */
function series(challenges: readonly (readonly string[])[]): StepUp[] {
  const tried: (readonly string[])[] = []
  return challenges.map((missing) => {
    const step = stepUp(missing, { granted, tried })
    if (step.type === 'ask') tried.push(step.scope)
    return step
  })
}

verifies('mcp-step-up-union-and-limit', 'what was granted and what was asked for before is asked for again', () => {
  expect(series([['notes:write'], ['notes:delete']])).toEqual([
    { type: 'ask', scope: ['notes:read', 'profile', 'notes:write'] },
    { type: 'ask', scope: ['notes:read', 'profile', 'notes:write', 'notes:delete'] },
  ])
})

verifies('mcp-step-up-union-and-limit', 'the same refusal after a step-up is final, and so is the fourth of any kind', () => {
  expect(series([['notes:write'], ['notes:write']])[1]).toEqual({ type: 'futile', why: 'tried_before' })
  expect(series([['a'], ['b'], ['a', 'notes:read']])[2]).toEqual({ type: 'futile', why: 'tried_before' })
  expect(series([['a'], ['b'], ['c'], ['d']]).map(({ type }) => type)).toEqual(['ask', 'ask', 'ask', 'futile'])
  expect(series([['a'], ['b'], ['c'], ['d']])[3]).toEqual({ type: 'futile', why: 'tried_too_often' })
})

test('a refusal that names nothing, or what the token has, is not answered with a sign-in', () => {
  expect(stepUp([], { granted, tried: [] })).toEqual({ type: 'futile', why: 'scope_not_named' })
  expect(stepUp(['profile'], { granted, tried: [] })).toEqual({ type: 'futile', why: 'granted_already' })
})

describe('the scope a refusal names', () => {
  const refusal = (status: number, challenge: string) =>
    scopeMissing(new Response(null, { status, headers: { 'www-authenticate': challenge } }))

  test('is read from the challenge, whichever scheme it is for', () => {
    expect(refusal(403, 'Bearer error="insufficient_scope", scope="a b"')).toEqual(['a', 'b'])
    expect(refusal(401, 'DPoP error="insufficient_scope", scope="a"')).toEqual(['a'])
    expect(refusal(403, 'Bearer realm="x", DPoP error="insufficient_scope"')).toEqual([])
    expect(refusal(403, 'Bearer error="insufficient_scope", scope="\u00e4"')).toEqual([])
  })

  test('of anything else there is none', () => {
    expect(refusal(401, 'Bearer error="invalid_token", scope="a"')).toBeUndefined()
    expect(refusal(200, 'Bearer error="insufficient_scope", scope="a"')).toBeUndefined()
    expect(scopeMissing(new Response(null, { status: 403 }))).toBeUndefined()
  })
})
