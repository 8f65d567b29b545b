import { goingOn, leaving, roundsOf } from '../flow/rounds.ts'
import { byModel, perClient, type Rule, satisfies, unknown, violates } from './rule.ts'

export const slowDownIgnored: Rule = {
  id: 'DF-C02',
  title: '`slow_down` does not make polling slower for good',
  severity: 'medium',
  confidence: 'high',
  axis: 'polling',
  side: 'client',
  sources: ['RFC 8628 section 3.5', 'CWE-799'],
  fix: 'On `slow_down` add 5 seconds to the interval that every later wait reads, and go on polling.',
  check: perClient((client, { project }) => {
    const { poll, root } = client
    if (poll === undefined) return byModel(client, 'DF-C02')
    const slow = roundsOf(project, poll, 'slow_down')
    const again = goingOn(slow)
    const searched = ['an assignment of at least 5 seconds more to what the next wait reads, on the way that `slow_down` takes']
    if (again.some(({ raised }) => raised)) return satisfies(root, '`slow_down` raises the interval for all later requests.')
    const [at] = [...again, ...leaving(slow)].flatMap((round) => (round.at === undefined ? [] : [round.at]))
    const spot = { func: root, ...(at === undefined ? {} : { node: at }) }
    if (again.length > 0)
      return violates(root, '`slow_down` is treated as pending: the next request comes after the same wait.', { spot, searched })
    if (leaving(slow).length > 0 && goingOn(roundsOf(project, poll, 'authorization_pending')).length > 0) {
      return violates(root, '`slow_down` ends the login, although it only asks for patience.', { spot, searched })
    }
    return unknown(root, 'No loop around the request was found, so whoever calls this has to slow down.')
  }),
}
