import { spotsWhere } from '../facts/spots.ts'
import type { Node } from '../neutral/tree.ts'
import { lastWord, nodesOf } from '../neutral/walk.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

export const looseRedirects: Rule = {
  id: 'DF-C25',
  title: 'Redirects are followed with secrets, or a loopback listener is open to others',
  severity: 'low',
  confidence: 'low',
  axis: 'transport',
  side: 'client',
  sources: ['RFC 9700 section 4.12', 'RFC 8252 section 7.3', 'CWE-601'],
  fix: 'Refuse redirects on the token request; listen on 127.0.0.1 with a free port, and use state and PKCE on the fallback.',
  check: perClient(({ root, scope }) => {
    const listening = spotsWhere(scope, (node) => listensEverywhere(node) || followsRedirects(node))
    const [spot] = listening
    if (spot !== undefined)
      return violates(
        root,
        'The listener for the answer of the browser is open to the whole network, or redirects carry the secrets along.',
        { spot, searched: ['a loopback address', 'redirects refused'] },
      )
    const refused = spotsWhere(scope, (node) => refusesRedirects(node))
    return refused[0] === undefined ? undefined : satisfies(root, 'Redirects are refused.', { spot: refused[0] })
  }),
}

function listensEverywhere(node: Node): boolean {
  if (
    node.kind !== 'call' ||
    !/^(?:listen|listen_and_serve|serve|http_server|tcp_server|run_simple|bind|create_server)$/.test(lastWord(node.callee))
  )
    return false
  return [...nodesOf(node.args.map(({ value }) => value))].some((each) => each.kind === 'text' && each.value.startsWith('0.0.0.0'))
}

function followsRedirects(node: Node): boolean {
  return (
    node.kind === 'call' &&
    node.args.some(
      ({ name, value }) => (name === 'allow_redirects' || name === 'follow_redirects') && value.kind === 'constant' && value.value === true,
    ) &&
    /post|request/.test(lastWord(node.callee))
  )
}

function refusesRedirects(node: Node): boolean {
  if (node.kind === 'object')
    return node.entries.some(({ key, value }) => key === 'redirect' && value.kind === 'text' && /^(?:error|manual)$/.test(value.value))
  return (
    node.kind === 'call' &&
    node.args.some(
      ({ name, value }) =>
        (name === 'allow_redirects' || name === 'follow_redirects') && value.kind === 'constant' && value.value === false,
    )
  )
}
