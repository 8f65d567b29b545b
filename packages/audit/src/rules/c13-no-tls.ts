import { loginFiles } from '../facts/login-files.ts'
import { spotsWhere } from '../facts/spots.ts'
import type { ClientUnit } from '../facts/roles.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesOf, wordOf } from '../neutral/walk.ts'
import { type Judgement, type Rule, satisfies, violates } from './rule.ts'

export const noTls: Rule = {
  id: 'DF-C13',
  title: 'An endpoint without TLS, or with certificates unchecked',
  severity: 'high',
  confidence: 'medium',
  axis: 'transport',
  side: 'client',
  sources: ['RFC 8628 section 3.1', 'RFC 6749 section 3.2', 'CWE-319', 'CWE-295'],
  fix: 'Use https for every endpoint outside of the loopback interface, and leave certificate checks on.',
  check: ({ clients, server }) => {
    const units = [
      ...clients.map((client: ClientUnit) => ({
        root: client.root,
        around: [...loginFiles(client)],
        files:
          client.poll === undefined
            ? [client.root.file]
            : [...new Set([client.root.file, client.poll.redeem.file, ...client.poll.scope.map(({ file }) => file)])],
      })),
      ...(server === undefined ? [] : [{ root: server.root, files: server.files, around: server.files }]),
    ]
    return units.flatMap(({ root, files, around }): Judgement[] => {
      const funcs = files.flatMap((file) => file.functions)
      const bad = spotsWhere(funcs, (node, func) => isPlain(node, func) || isUnchecked(node))
      const switched = spotsWhere(
        around.flatMap((file) => file.functions),
        isSwitchable,
      )
      if (bad.length === 0 && switched.length > 0)
        return switched.map((spot) =>
          violates(root, 'A switch turns the check of certificates off: codes and tokens then go to whoever answers.', {
            spot,
            severity: 'low',
            searched: ['a certificate of an own authority in place of the switch'],
          }),
        )
      if (bad.length > 0)
        return bad.map((spot) =>
          violates(root, 'Codes and tokens go over a connection that anybody can read or answer.', {
            spot,
            searched: ['https', 'a loopback address', 'a switch that somebody has to set'],
          }),
        )
      return [satisfies(root, 'Endpoints are https, certificates are checked.', { confidence: 'low' })]
    })
  },
}

const LOCAL =
  /^http:\/\/(?:localhost|127\.|\[::1\]|0\.0\.0\.0|host\.docker|169\.254\.|schemas?\.|www\.w3\.org|example\.|[\w-]+(?::\d+)?(?:\/|$)|[\w.-]+\.(?:local|internal|test|example|svc)\b|xmlns|json-schema)/

function isPlain(node: Node, func: Func): boolean {
  if (node.kind === 'object')
    return node.entries.some(
      ({ key, value }) => /endpoint|issuer|base_?url|token_?ur[il]|auth_?ur[il]|server/.test(wordOf(key ?? '')) && isPlainText(value),
    )
  if (node.kind === 'assign')
    return (
      /endpoint|issuer|base_?ur[il]|token_?ur[il]|auth_?ur[il]|server_?ur[il]|api_?ur[il]|domain/.test(lastWord(node.target)) &&
      isPlainText(node.value)
    )
  if (node.kind === 'call' && lastWord(node.callee) === 'url' && node.isNew) return node.args.some(({ value }) => fromHost(value))
  return (
    node.kind === 'call' &&
    /^(?:fetch|post|get|request|post_form)$/.test(lastWord(node.callee)) &&
    node.args.some(({ value }) => isPlainText(value)) &&
    func.name !== ''
  )
}

function isPlainText(value: Node): boolean {
  return value.kind === 'text' && value.value.startsWith('http://') && !LOCAL.test(value.value)
}

/** `http://` and then whatever the request says: all that is advertised is then without TLS. */
function fromHost(value: Node): boolean {
  if (value.kind !== 'template') return false
  const [first] = value.parts
  return (
    first?.kind === 'text' &&
    first.value === 'http://' &&
    [...nodesOf([value])].some((node) => node.kind === 'field' && node.name.toLowerCase() === 'host')
  )
}

/** `InsecureSkipVerify: insecure`: off when a flag or a setting says so. */
function isSwitchable(node: Node): boolean {
  const isSetting = (value: Node): boolean => value.kind === 'name' || value.kind === 'field'
  if (node.kind === 'object') return node.entries.some(({ key, value }) => key === 'InsecureSkipVerify' && isSetting(value))
  return node.kind === 'assign' && node.target.kind === 'field' && node.target.name === 'InsecureSkipVerify' && isSetting(node.value)
}

function isUnchecked(node: Node): boolean {
  const off = (value: Node, wanted: boolean): boolean => value.kind === 'constant' && value.value === wanted
  if (node.kind === 'object')
    return node.entries.some(
      ({ key, value }) => (key === 'rejectUnauthorized' && off(value, false)) || (key === 'InsecureSkipVerify' && off(value, true)),
    )
  if (node.kind === 'call')
    return node.args.some(
      ({ name, value }) =>
        (name === 'verify' || name === 'verify_ssl' || name === 'ssl') && off(value, false) && !/decode|jwt/.test(lastWord(node.callee)),
    )
  if (node.kind !== 'assign') return false
  if (node.target.kind === 'field' && /^(?:InsecureSkipVerify)$/.test(node.target.name)) return off(node.value, true)
  return (
    node.target.kind === 'field' &&
    ((node.target.name === 'verify' && off(node.value, false)) ||
      (node.target.name === 'NODE_TLS_REJECT_UNAUTHORIZED' && node.value.kind === 'text' && node.value.value === '0'))
  )
}
