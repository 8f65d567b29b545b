import { callsWhere } from '../facts/spots.ts'
import type { Call, Func } from '../neutral/tree.ts'
import { calleeOf, lastWord, pathOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const weakRandom: Rule = {
  id: 'DF-S06',
  title: 'Codes come from a random generator that can be predicted',
  severity: 'critical',
  confidence: 'high',
  axis: 'codes',
  side: 'server',
  sources: ['RFC 8628 section 5.1', 'RFC 8628 section 5.2', 'CWE-338'],
  fix: 'Draw every code and token from the cryptographic generator of the platform.',
  check: onServer(({ root, authorization }) => {
    const drawn = callsWhere(authorization, (call, func) => isWeak(call, func) || isStrong(call, func))
    const [weak] = drawn.filter(({ node, func }) => isWeak(node, func))
    if (weak !== undefined)
      return violates(root, 'A code is made of numbers that can be computed from earlier ones.', {
        spot: weak,
        searched: ['the cryptographic generator of the platform'],
      })
    const [strong] = drawn
    return strong === undefined ? undefined : satisfies(root, 'Codes come from a cryptographic generator.', { spot: strong })
  }),
}

const AIDS = /jitter|sleep|delay|shuffle_ads|sample_rate|request_id|trace/i

function isWeak(call: Call, func: Func): boolean {
  if (AIDS.test(func.name)) return false
  const path = calleeOf(call)
  // These draw from Math.random.
  if (path === 'Math.random' || (/^(?:randexp|RandExp)$/.test(path) && func.file.imports.some(({ module }) => module === 'randexp')))
    return true
  if (/^(?:_|lodash)\.(?:random|sample|sampleSize|shuffle)$/.test(path)) return true
  if (func.file.language === 'python')
    return (
      /^(?:random|rand|np\.random)\.(?:choice|choices|randint|random|sample|randrange|getrandbits|shuffle)$/.test(path) &&
      !func.file.imports.some(({ module, names }) => module === 'secrets' && names.some(([local]) => local === 'random'))
    )
  if (func.file.language !== 'go' || pathOf(call.callee)[0] !== 'rand') return false
  const weak = func.file.imports.some(({ module, names }) => module.startsWith('math/rand') && names.some(([local]) => local === 'rand'))
  return weak && /^(?:intn|int|int31n|int63|uint32|perm|int_n|n|read|float64|shuffle)$/.test(lastWord(call.callee))
}

function isStrong(call: Call, func: Func): boolean {
  const path = calleeOf(call)
  if (
    /getRandomValues|randomBytes|randomUUID|randomInt|generateRandomString|nanoid|customAlphabet|token_urlsafe|token_hex|token_bytes|secrets\.\w+|SystemRandom|urandom|uuid4|generate_token|CryptoRandom\w*|RandomBytes|GenerateRandom\w*|uuid\.\w+/.test(
      path,
    )
  )
    return true
  return (
    func.file.language === 'go' &&
    pathOf(call.callee)[0] === 'rand' &&
    !func.file.imports.some(({ module }) => module.startsWith('math/rand'))
  )
}
