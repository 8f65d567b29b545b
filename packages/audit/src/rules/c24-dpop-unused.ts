import { hasWord, spokenBy } from '../facts/spots.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

export const dpopUnused: Rule = {
  id: 'DF-C24',
  title: 'Bearer tokens although the server offers DPoP',
  severity: 'info',
  confidence: 'low',
  axis: 'tokens',
  side: 'client',
  sources: ['RFC 9449 section 5'],
  fix: 'Send a DPoP proof with the token request when the metadata names `dpop_signing_alg_values_supported`.',
  check: perClient(({ root, scope }) => {
    const words = spokenBy(scope)
    if (!hasWord(words, /^dpop/)) return undefined
    if (hasWord(words, /^(?:dpop|dpop_proof|create_dpop.*|generate_dpop.*|sign_dpop.*|dpop_key|dpop_nonce|get_dpop_handle|dpop_handle)$/))
      return satisfies(root, 'A DPoP proof is sent.')
    return violates(root, 'The metadata is read for DPoP, and no proof is ever made.', { searched: ['a DPoP header on the token request'] })
  }),
}
