import { expect } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { NOTES, openHouse } from '../../../../tests/support/house.ts'
import { sit } from '../support/seat.ts'

verifies(
  ['rfc6749-10.3-minimal-scope', 'seed-002-minimal-scopes'],
  'a sign-in asks, as a public client, for what the challenge of the resource names and no more; more takes a flag',
  async () => {
    const house = await openHouse()
    const onCode = async (userCode: string) => {
      await house.decide(userCode, 'approve')
    }
    await sit(house, ['login', NOTES], { onCode })
    await sit(house, ['login', NOTES, '--scope', 'notes:read notes:write', '--force'], { onCode })
    const asked = house
      .requestsTo('/device_authorization')
      .map(({ form }) => ({ scope: form?.get('scope'), secret: form?.get('client_secret') }))
    expect(asked).toEqual([
      { scope: 'notes:read', secret: null },
      { scope: 'notes:read notes:write', secret: null },
    ])
    // A client id alone: there is no secret, and no header that could carry one (RFC 8628 section 5.6).
    expect(house.requestsTo('/token').every(({ headers }) => headers.get('authorization') === null)).toBe(true)
  },
)
