import { hasWord, spokenBy } from '../facts/spots.ts'
import { reachable } from '../link/project.ts'
import type { Func } from '../neutral/tree.ts'
import { wordOf } from '../neutral/walk.ts'
import { type Rule, satisfies, violates } from './rule.ts'

export const logoutKeepsGrant: Rule = {
  id: 'DF-C23',
  title: 'Logging out does not revoke the tokens',
  severity: 'low',
  confidence: 'medium',
  axis: 'tokens',
  side: 'client',
  sources: ['RFC 7009 section 2', 'CWE-613'],
  fix: 'Send the refresh token to the revocation endpoint before it is forgotten.',
  check: ({ clients, project }) => {
    const [client] = clients
    if (client === undefined) return []
    const near = project.functions.filter(
      ({ file }) => clients.some(({ files }) => files.includes(file)) || /logout|sign_?out/i.test(file.path),
    )
    const logouts = near.filter(
      (func) =>
        /^(?:log_?out|sign_?out|handle_logout|run_logout|do_logout|logout_.*|clear_(?:tokens|credentials|session))$/.test(
          wordOf(func.name),
        ) && !/is_|on_/.test(wordOf(func.name)),
    )
    const revoking = near.filter(
      (func) =>
        /revo(?:ke|cation)/.test(wordOf(func.name)) ||
        hasWord(spokenBy([func]), /^(?:revoke(?:_token|_tokens|_refresh_token)?|revocation_endpoint|revocation)$/),
    )
    const calls = (func: Func): boolean => reachable(project, [func], 3).some((each) => hasWord(spokenBy([each]), /revo(?:ke|cation)/))
    const good = logouts.find(calls) ?? revoking[0]
    if (good !== undefined) return [satisfies(client.root, 'Tokens are revoked.', { spot: { func: good } })]
    const [bad] = logouts
    if (bad === undefined) return []
    return [
      violates(client.root, 'Logging out only forgets the tokens; they stay good until they expire.', {
        spot: { func: bad },
        searched: ['a call of the revocation endpoint from the logout'],
      }),
    ]
  },
}
