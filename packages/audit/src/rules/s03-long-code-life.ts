import { LIFE, lifetimesOf, readsLife } from '../facts/lifetimes.ts'
import { leadingUp } from '../facts/lookups.ts'
import { spotOf } from '../registry/registries.ts'
import { deviceCodeLife } from '../registry/settings.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

/** Policy, not the RFC: it names no limit. Attackers mint codes when somebody clicks, so a short life helps against the rest. */
const LONGEST = 900

export const longCodeLife: Rule = {
  id: 'DF-S03',
  title: 'Device codes live longer than 15 minutes',
  severity: 'medium',
  confidence: 'medium',
  axis: 'codes',
  side: 'server',
  sources: ['policy', 'RFC 8628 section 5.4'],
  fix: 'Let codes live 15 minutes at most; 5 are enough for a person who sits in front of the device.',
  check: onServer(({ root, authorization, files }, { project }) => {
    const answering = leadingUp(project, authorization, 1).filter((func) => !readsLife(func))
    const near = project.functions.filter(
      (func) => files.includes(func.file) || /config|setting|constant|option|provider/i.test(func.file.path) || answering.includes(func),
    )
    const lives = lifetimesOf(project, near, (word, func) => {
      if (
        !LIFE.test(word) ||
        // What a setting may be at most is not what it is.
        /(?:^|[_.])(?:max|min|maximum|minimum)_(?:expires|lifetime|ttl|duration)/.test(word) ||
        /token(?!_exp)|session|cookie|refresh|access|consent|cache|state|nonce|authorization_code|auth_code|authorize_code|email|invite|password|otp|challenge_(?!ttl)|jwk|key/.test(
          word.replace(/device_?code|device_challenge/, ''),
        )
      )
        return false
      if (/device|user_?code/.test(word)) return !/(?:trust|remember|known|verified)\w*_device/.test(word)
      const around = `${func.name} ${func.owner}`
      return (
        (authorization.includes(func) && /device|user_?code/i.test(around + func.file.path) && !/token|refresh/i.test(func.name)) ||
        (/device/i.test(around) && !/token|refresh|session/i.test(func.name)) ||
        /device[-_/]?(?:auth|code|flow)/i.test(func.file.path) ||
        (/rfc8628|device/i.test(func.file.path) && func.name === '<file>')
      )
    })
    const longest = [...lives].sort((one, other) => other.seconds - one.seconds)[0]
    if (longest === undefined) return undefined
    if (longest.seconds > LONGEST)
      return violates(root, `Device codes live ${longest.seconds} seconds; 900 is the most that policy allows.`, { spot: longest })
    return satisfies(root, `Device codes live ${longest.seconds} seconds.`, { spot: longest })
  }),
  checkRegistered: (client, registry) => {
    const life = deviceCodeLife(client)
    if (life === undefined || life.seconds <= LONGEST) return undefined
    const spot = spotOf(registry, client, life.node)
    return violates(spot.func, `Device codes live ${life.seconds} seconds by the settings; 900 is the most that policy allows.`, { spot })
  },
}
