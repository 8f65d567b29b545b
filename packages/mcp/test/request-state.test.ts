import { nodeSuite } from '@countersign/node'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { fakeTime } from '../../client/test/support/fake-time.ts'
import { pending, tokens } from '../../client/test/support/authority.ts'
import { requestStates } from '../src/ladder/request-state.ts'
import { call, ladderStage, textOf } from './support/ladder-stage.ts'

const listing = { tool: 'list_notes', arguments: { page: 1, of: ['a', 'b'] } }

function states() {
  const time = fakeTime()
  return { time, ...requestStates(nodeSuite(), time.clock) }
}

verifies(
  ['mcp-mrtr-request-state', 'mcp-sbp-state-handles'],
  'a state opens once, for its own call, in its own process, and not for long',
  async () => {
    const { seal, open, time } = states()
    const round = { flow: 'flow-1', carried: {} }
    const state = await seal(listing, round)
    expect(await open({ ...listing, tool: 'add_note' }, state)).toBeUndefined()
    expect(await open({ ...listing, arguments: { page: 2, of: ['a', 'b'] } }, state)).toBeUndefined()
    // Somebody else's process: a state handle is no proof of who presents it.
    expect(await states().open(listing, state)).toBeUndefined()
    const flipped = `${state.slice(0, -3)}${state.at(-3) === 'A' ? 'B' : 'A'}${state.slice(-2)}`
    expect(await open(listing, flipped)).toBeUndefined()
    expect(await open(listing, 'countersign.')).toBeUndefined()
    expect(await open(listing, 'not ours')).toBeUndefined()
    // Members may come back in another order.
    expect(await open({ tool: 'list_notes', arguments: { of: ['a', 'b'], page: 1 } }, state)).toEqual(round)
    expect(await open(listing, state)).toBeUndefined()
    const old = await seal(listing, round)
    time.jump(30 * 60_000)
    expect(await open(listing, old)).toBeUndefined()
    expect(state).not.toContain('flow-1')
  },
)

const modern = (more: object = {}) => call({ era: 'modern', elicitation: { url: false, form: true }, ...more })

interface Asked {
  readonly inputRequests: Readonly<Record<string, { readonly method: string }>>
  readonly requestState: string
}

verifies('mcp-mrtr-input-required', 'a modern peer is asked in the answer to its call, and the round that comes back goes on', async () => {
  const { ladder, time } = ladderStage([pending, tokens])
  const first = await time.run(ladder.admit(modern({ inputResponses: { own: 1 }, requestState: 'of the tool' })))
  const { inputRequests, requestState } = (first as unknown as { readonly result: Asked }).result
  expect(inputRequests['sign_in']?.method).toBe('elicitation/create')
  expect(Object.keys(inputRequests)).toEqual(['sign_in'])
  const answered = modern({ inputResponses: { sign_in: { action: 'accept' } }, requestState })
  // What the tool had under way by itself comes back to it.
  expect(await time.run(ladder.admit(answered))).toMatchObject({
    type: 'admitted',
    inputResponses: { own: 1 },
    requestState: 'of the tool',
  })
  const replayed = await time.run(ladder.admit(answered))
  expect(textOf(replayed)).toContain('the request state is not valid')
})

test('an answer that comes for an older code leaves the newer one alone', async () => {
  const { ladder, time, one } = ladderStage([pending])
  const first = await time.run(ladder.admit(modern()))
  const { requestState } = (first as unknown as { readonly result: Asked }).result
  await time.run(one.signOut())
  const second = await time.run(ladder.admit(modern()))
  expect(second.type).toBe('answered')
  const flow = one.current()?.id
  await time.run(ladder.admit(modern({ inputResponses: { sign_in: { action: 'decline' } }, requestState })))
  expect(one.current()?.id).toBe(flow)
})
