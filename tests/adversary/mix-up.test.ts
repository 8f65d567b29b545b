/**
 * Mix-up (RFC 9207 section 1, RFC 9700 section 4.4): a client that talks to several servers is made to take one's answer for another's.
 * The issuer in the answer lets it notice; here an unmodified client judges answers of ours.
 */
import * as oauth from 'oauth4webapi'
import { expect } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openApp } from '../../packages/authority/test/app.ts'
import { ISSUER, openHouse } from '../../packages/authority/test/house.ts'

verifies('rfc9207-2.3-advertise', 'an answer of ours is taken for ours and for nobody else’s, approved or denied', async () => {
  const house = await openHouse()
  const app = await openApp(house)
  const document = (await house.send('GET', '/.well-known/oauth-authorization-server')).body
  const honest = await oauth.processDiscoveryResponse(
    new URL(ISSUER),
    new Response(document, { headers: { 'content-type': 'application/json' } }),
  )
  const evil: oauth.AuthorizationServer = { ...honest, issuer: 'https://evil.example', token_endpoint: 'https://evil.example/token' }
  const client = { client_id: 'notes-app' }
  const queryOf = ({ parameters }: Awaited<ReturnType<typeof app.ask>>) =>
    new URLSearchParams(Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined))
  for (const decision of ['approve', 'deny'] as const) {
    const answer = queryOf(await app.ask({}, decision))
    const judge = (as: oauth.AuthorizationServer, query: URLSearchParams) => () => oauth.validateAuthResponse(as, client, query, 'state-1')
    expect(judge(evil, answer), decision).toThrow(/iss/)
    if (decision === 'approve') expect(judge(honest, answer)().get('code')).toBe(answer.get('code'))
    else expect(judge(honest, answer)).toThrow(oauth.AuthorizationResponseError)
    // The metadata promises the issuer, so an answer that lost it is refused as well.
    answer.delete('iss')
    expect(judge(honest, answer), decision).toThrow(/iss/)
  }
})
