import { hasWord, spokenBy } from '../facts/spots.ts'
import { reachable } from '../link/project.ts'
import { byModel, perClient, type Rule, satisfies, violates } from './rule.ts'

export const clientIdMissing: Rule = {
  id: 'DF-C11',
  title: 'The token request names no client',
  severity: 'medium',
  confidence: 'medium',
  axis: 'redemption',
  side: 'client',
  sources: ['RFC 8628 section 3.4', 'RFC 6749 section 3.2.1', 'CWE-287'],
  fix: 'Send `client_id` with every token request, or authenticate the client.',
  check: perClient((client, { project }) => {
    const { poll, root } = client
    if (poll === undefined) return byModel(client, 'DF-C11')
    const near = [
      poll.redeem,
      ...reachable(project, [poll.redeem], 2).filter(({ file }) => file === poll.redeem.file),
      ...project
        .callersOf(poll.redeem)
        .map(({ from }) => from)
        .filter(({ file, name }) => file === poll.redeem.file && name !== '<file>'),
    ]
    const named = near.find((func) => hasWord(spokenBy([func]), /^(?:o_?auth_?)?(?:\w+_)?client_?id$|^client_?i_?d$|^app_?id$/))
    if (named !== undefined) return satisfies(root, 'The client is named where the device code is redeemed.', { spot: { func: named } })
    const authenticated = near.find((func) =>
      hasWord(spokenBy([func]), /^(?:authorization|client_auth\w*|basic_auth|set_basic_auth|auth|client_assertion|http_basic_auth)$/),
    )
    if (authenticated !== undefined)
      return satisfies(root, 'The client authenticates where the device code is redeemed.', { spot: { func: authenticated } })
    return violates(root, 'The request that redeems the device code has neither `client_id` nor client authentication.', {
      spot: { func: poll.redeem },
      searched: ['`client_id` in the form or in what builds it', 'an Authorization header or a client assertion'],
    })
  }),
}
