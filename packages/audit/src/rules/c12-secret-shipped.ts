import { spotOf } from '../registry/registries.ts'
import { perClient, type Judgement, type Rule, satisfies, violates } from './rule.ts'
import type { ClientUnit } from '../facts/roles.ts'
import { spokenBy, spotsWhere } from '../facts/spots.ts'
import { folderOf } from '../facts/surroundings.ts'
import { lineOf, type Spot } from '../neutral/spot.ts'
import type { Entry, Node } from '../neutral/tree.ts'
import { lastWord, nodesOf, wordOf } from '../neutral/walk.ts'

const SECRET = /(?:^|_)(?:client_?secret|app_?secret|consumer_?secret|oauth_?secret)(?:_|$)/

export const secretShipped: Rule = {
  id: 'DF-C12',
  title: 'A client secret is shipped with the program',
  severity: 'high',
  confidence: 'high',
  axis: 'storage',
  side: 'client',
  sources: ['RFC 8628 section 5.6', 'RFC 8252 section 8.5', 'CWE-798'],
  fix: 'Use a public client: no secret at all, or one that is read from the environment of whoever runs the program.',
  check: perClient((client, { project }) => {
    const { root, files } = client
    const folder = new Set(files)
    const funcs = project.functions.filter(({ file }) => folder.has(file) || /config|auth|oauth|const|build/i.test(file.path))
    const found = spotsWhere(funcs, (node) => isShipped(node)).filter((spot) => isOwn(client, spot))
    const linked = [...project.texts].flatMap(([path, text]) => linkedIn(path, text))
    const judged: Judgement[] = found.map((spot) =>
      violates(root, 'A client secret stands in the source.', {
        spot,
        searched: ['a value that is read at run time', 'a public client without a secret'],
      }),
    )
    for (const { path, line } of linked) {
      const func = lineOf(path, line, 'build')
      judged.push(
        violates(func, 'A client secret is built into the program that is handed out.', {
          spot: { func },
          searched: ['a value that is read at run time'],
        }),
      )
    }
    return judged.length > 0 ? judged : satisfies(root, 'No client secret is in the source.')
  }),
  checkRegistered: (client, registry, { project }) => {
    const kept = client.record.entries.filter(({ key }) => /^(?:client_?)?secrets?$/.test(wordOf(key ?? '')))
    const secret = kept
      .flatMap(({ value }) => (value.kind === 'list' ? value.items : [value]))
      .flatMap((value) => (value.kind === 'object' ? value.entries.filter(isSaidPlainly).map((entry) => entry.value) : [value]))
      .find((value) => value.kind === 'text' && isPlainSecret(value.value))
    if (secret === undefined) return undefined
    const spot = spotOf(registry, client, secret)
    const named = spotsWhere(project.functions, (node) => node.kind === 'text' && node.value === client.id)
    // RFC 8628 section 5.6: what runs on devices of others keeps no secret.
    const isHandedOut = client.isPublic || named.length > 0
    return violates(spot.func, `The secret of ${client.id}, a client with the device grant, stands in the settings in plain text.`, {
      spot,
      evidence: named.slice(0, 1).map((each) => ({ ...each, note: 'A program here calls itself by this client id.' })),
      searched: ['a hash', 'a value that is read at run time', 'a public client without a secret'],
      confidence: 'medium',
      severity: isHandedOut ? 'high' : 'medium',
    })
  },
}

/** Hashes as they are marked, and as they look: 32 or 64 bytes in base64. References to what is kept elsewhere begin with a sign. */
const HASH = /^(?:\$(?!plaintext\$)|\{(?!noop\})|(?:pbkdf2|bcrypt|argon2|scrypt|sha\d*)\w*[$:]|[\w+/-]{43}=$|[\w+/-]{86}==$)/i
const ELSEWHERE = /^(?:%|@|<|!|(?:env|vault|file|ref|op|sops|enc|ssm|arn|secret|secretref|kms)[:[(/])|\{\{|\$\{/i

/** `{ "value": "..." }`, as the list of secrets of IdentityServer has them. */
const isSaidPlainly = ({ key }: Entry): boolean => /^(?:plain|value|secret|text)$/.test(wordOf(key ?? ''))

function isPlainSecret(value: string): boolean {
  if (HASH.test(value) || ELSEWHERE.test(value)) return false
  const plain = value.replace(/^(?:\$plaintext\$|\{noop\})/i, '')
  return plain.length >= 12 && !PLACEHOLDERS.test(plain)
}

/** `client_secret = "..."`, also as a key, a preset, or decoded from something that only looks unreadable. */
function isShipped(node: Node): boolean {
  if (node.kind === 'assign') return SECRET.test(lastWord(node.target)) && isLiteral(node.value)
  return node.kind === 'object' && node.entries.some(({ key, value }) => SECRET.test(wordOf(key ?? '')) && isLiteral(value))
}

/** Beside the login, or named by it: a program that knows several logins has a secret for some other of them. */
function isOwn({ root, poll, scope }: ClientUnit, { func, node }: Spot): boolean {
  if (func.file.language !== 'go' || poll === undefined) return true
  const beside = new Set([root, poll.entry, poll.redeem, ...poll.scope].map(folderOf))
  if (beside.has(folderOf(func))) return true
  if (node?.kind !== 'assign') return true
  const name = lastWord(node.target)
  return spokenBy(scope.filter((each) => beside.has(folderOf(each)))).has(name)
}

const PLACEHOLDERS =
  /^$|^<|\s|your|example|change|placeholder|xxx|todo|dummy|test|^\$\{|^env|client_?secret|^secret$|_url$|^https?:|^\*+$|^[a-z_]+$|^[A-Z_]+$/i

function isLiteral(value: Node): boolean {
  if (value.kind === 'text') return value.value.length >= 12 && !PLACEHOLDERS.test(value.value)
  if (value.kind === 'binary' && (value.op === '??' || value.op === '||')) return isLiteral(value.right)
  if (value.kind !== 'call') return false
  const decodes = [...nodesOf([value])].some(
    (node) => node.kind === 'call' && /b64_?decode|atob|base64|fromhex|decode_string|rot13|unhexlify|^from$/.test(lastWord(node.callee)),
  )
  const texts = [...nodesOf([value])].filter((node) => node.kind === 'text')
  const reads = [...nodesOf([value])].some((node) => /getenv|environ|env$|get_env|lookup_env/.test(lastWord(node)))
  if (reads)
    return texts.some((node) => node.kind === 'text' && node.value.length >= 20 && /\d/.test(node.value) && !PLACEHOLDERS.test(node.value))
  return decodes && texts.some((node) => node.kind === 'text' && node.value.length >= 8)
}

/** Secrets that build flags or build arguments put into a binary or an image. */
function linkedIn(path: string, text: string): { path: string; line: number }[] {
  if (
    !/(?:^|\/)(?:dockerfile[^/]*|[^/]*\.dockerfile|makefile|\.?goreleaser\.ya?ml|containerfile)$|\.github\/workflows\/[^/]+\.ya?ml$/i.test(
      path,
    )
  )
    return []
  const lines = text.split('\n')
  const at = lines.findIndex(
    (line) => /-X\s*['"]?[\w./-]*client_?secret\s*=/i.test(line) || /^\s*ENV\s+\w*CLIENT_SECRET\s*=\s*\S{12,}/i.test(line),
  )
  return at < 0 ? [] : [{ path, line: at + 1 }]
}
