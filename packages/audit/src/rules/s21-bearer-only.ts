import { hasWord, spokenBy } from '../facts/spots.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const bearerOnly: Rule = {
  id: 'DF-S21',
  title: 'Tokens are bound to no key',
  severity: 'info',
  confidence: 'low',
  axis: 'tokens',
  side: 'server',
  sources: ['RFC 9449 section 1', 'RFC 9700 section 2.2.1'],
  fix: 'Take a DPoP proof with the token request and put the thumbprint of its key into the token (`cnf.jkt`).',
  check: onServer(({ root, redemption }) => {
    if (redemption.length === 0) return undefined
    if (hasWord(spokenBy(redemption), /^(?:cnf|jkt|x5t_s256|thumbprint|dpop_jkt|verify_dpop.*|dpop_proof)$/))
      return satisfies(root, 'Tokens can be bound to a key.')
    return violates(root, 'Whoever holds a token can use it: no key is asked for.', {
      searched: ['`cnf` in the token, or a DPoP proof at the token endpoint'],
    })
  }),
}
