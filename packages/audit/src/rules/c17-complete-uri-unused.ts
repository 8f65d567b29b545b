import { hasWord, spokenBy } from '../facts/spots.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

export const completeUriUnused: Rule = {
  id: 'DF-C17',
  title: 'The complete verification URI is not used',
  severity: 'info',
  confidence: 'high',
  axis: 'approval',
  side: 'client',
  sources: ['RFC 8628 section 3.3.1'],
  fix: 'Offer `verification_uri_complete` as a link or a QR code when the response has one, and show the user code beside it.',
  check: perClient(({ root, scope }) => {
    const words = spokenBy(scope)
    for (const file of new Set(scope.map((func) => func.file)))
      for (const { members } of file.shapes) for (const { wire } of members) if (/verification_ur[il]_complete/.test(wire)) words.add(wire)
    if (hasWord(words, /verification_?ur[il]_?complete|complete_ur[il]/)) return satisfies(root, 'The complete URI is read.')
    if (!hasWord(words, /verification_?ur[il]|verification_?url/)) return undefined
    return violates(root, 'Only `verification_uri` is read; people have to type the code by hand.', {
      searched: ['`verification_uri_complete` anywhere in the client'],
    })
  }),
}
