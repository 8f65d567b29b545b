import { lifetimesOf } from '../facts/lifetimes.ts'
import { spotOf } from '../registry/registries.ts'
import { accessTokenLife } from '../registry/settings.ts'
import type { Project } from '../link/project.ts'
import type { Func } from '../neutral/tree.ts'
import { lastWord } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

const HOUR = 3600

/** Said of an application without a word on what lives that long. */
const BARE = /^(?:token_?)?expires?_in_(?:minutes|hours|days)$/

export const longAccessToken: Rule = {
  id: 'DF-S20',
  title: 'Access tokens live longer than an hour',
  severity: 'medium',
  confidence: 'medium',
  axis: 'tokens',
  side: 'server',
  sources: ['policy', 'RFC 9700 section 2.2', 'CWE-613'],
  fix: 'Let access tokens live an hour at most, and let clients refresh.',
  check: onServer(({ root, files }, { project }) => {
    const near = project.functions.filter(
      ({ file }) => files.includes(file) || /config|setting|constant|option|provider|token|oauth|default/i.test(file.path),
    )
    const lives = lifetimesOf(
      project,
      near,
      (word, func) =>
        (BARE.test(word) && !isLocal(project, func, word)) ||
        (/(?:access_?token|jwt|bearer)_?(?:\w*_)?(?:ttl|life_?time|life_?span|expir\w*|max_?age|expires_?in|validity)|^access_?token_?ttl/.test(
          word,
        ) &&
          !/refresh|id_token|client|remember|max_|min_|grace|skew|leeway/.test(word)),
    )
    const longest = [...lives].sort((one, other) => other.seconds - one.seconds)[0]
    if (longest === undefined) return undefined
    if (longest.seconds > HOUR)
      return violates(root, `Access tokens live ${longest.seconds} seconds.`, {
        spot: longest,
        severity: longest.seconds > 24 * HOUR ? 'high' : 'medium',
      })
    return satisfies(root, `Access tokens live ${longest.seconds} seconds.`, { spot: longest })
  }),
  checkRegistered: (client, registry) => {
    const life = accessTokenLife(client)
    if (life === undefined || life.seconds <= HOUR) return undefined
    const spot = spotOf(registry, client, life.node)
    return violates(spot.func, `Access tokens live ${life.seconds} seconds by the settings.`, {
      spot,
      severity: life.seconds > 24 * HOUR ? 'high' : 'medium',
    })
  },
}

/** A variable is of whatever the function is about, a cookie as well as a token. */
function isLocal(project: Project, func: Func, word: string): boolean {
  return project.assignsIn(func).some(({ target }) => target.kind === 'name' && lastWord(target) === word)
}
