import { checksExpiry, DEVICE } from '../facts/server-words.ts'
import { callsWhere, hasWord, spokenIn } from '../facts/spots.ts'
import { lastWord } from '../neutral/walk.ts'
import { frameworkFor } from '../knowledge/models.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const expiryUnchecked: Rule = {
  id: 'DF-S02',
  title: 'An expired device code is still redeemed',
  severity: 'high',
  confidence: 'medium',
  axis: 'redemption',
  side: 'server',
  sources: ['RFC 8628 section 3.5', 'CWE-613'],
  fix: 'Compare the end of the code with the clock at every redemption, also when a sweeper removes old ones.',
  check: onServer(({ root, redemption, authorization, files }) => {
    if (redemption.length === 0) return undefined
    const [spot] = checksExpiry(redemption)
    if (spot !== undefined) return satisfies(root, 'The end of the code is looked at before tokens are issued.', { spot })
    const [kept] = callsWhere(
      [...authorization],
      (call) =>
        /^(?:setex|set|put|set_ex|expire|psetex|set_with_ttl)$/.test(lastWord(call.callee)) &&
        call.args.some(
          ({ name, value }) =>
            /^(?:ex|px|ttl|expiration_ttl)$/.test(name ?? '') || hasWord(spokenIn([value]), /^(?:ex|px|ttl|expiration_ttl)$/),
        ),
    )
    if (kept !== undefined) return satisfies(root, 'The store forgets the code at its end.', { spot: kept })
    const framework = frameworkFor('DF-S02', files)
    if (framework !== undefined) return satisfies(root, `${framework} does this for every server that is built on it.`)
    return violates(root, 'Nothing on the way to the tokens looks at the end of the code.', {
      spot: { func: root },
      searched: [`a comparison with time, or a predicate, on ${DEVICE.source.split('|')[0]} codes`, 'a store that forgets by itself'],
    })
  }),
}
