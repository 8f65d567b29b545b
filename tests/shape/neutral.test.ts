import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FLOORS, NEUTRAL_UP_TO } from './floors.ts'
import { codeOf, packages, specifiersOf, textsOf } from './sources.ts'

/** What only some runtimes have, and what must be handed in: the clock, randomness, waiting and the network. */
const BANNED: readonly RegExp[] = [
  /(?<![\w$.])(?:globalThis\.)?(?:Date|performance)\b(?!['"]?\s*:)/,
  /\bMath\.random\b/,
  /(?<![\w$.])(?:globalThis\.)?(?:setTimeout|setInterval|setImmediate|require)\s*\(/,
  /\bglobalThis\.fetch\b/,
  /(?<![\w$.])(?:globalThis\.)?(?:process|Buffer|Deno|Bun)\s*[.[(]/,
]

/** The places that touch Web Crypto. */
const WEB_CRYPTO = /\/web-(?:suite|entropy)\.(?:ts|js)$/

/** A parameter or a constant of this name: then a call means what was handed in. */
const OWN_FETCH = /[({,]\s*fetch\s*[,:})=]|\bconst fetch\b/

function faultsIn(path: string, text: string): string[] {
  const code = codeOf(text)
  const found = BANNED.flatMap((pattern) => code.match(pattern)?.[0] ?? [])
  if (!OWN_FETCH.test(code) && /(?<![\w$.])fetch\s*\(/.test(code)) found.push('fetch')
  const crypto = !WEB_CRYPTO.test(path) && /(?<![\w$.])(?:globalThis\.)?crypto\s*\./.test(code) ? ['crypto'] : []
  const node = specifiersOf(text).filter((specifier) => specifier.startsWith('node:'))
  return [...found, ...crypto, ...node].map((what) => `${path}: ${what.trim()}`)
}

test('each thing a runtime must hand in is recognised, and its namesakes are not', () => {
  const bad = [
    'const a = Date.now()',
    'const b = new Date(1)',
    'Math.random()',
    'await fetch(url)',
    'globalThis.setTimeout(f, 1)',
    'process.env',
    'Buffer.from(x)',
    'crypto.subtle',
    "import { x } from 'node:fs'",
    "await import('node:fs')",
  ]
  for (const line of bad) expect(faultsIn('x.ts', line), line).toHaveLength(1)
  const good = [
    '// Date.now()',
    "'Date.now()'",
    'options.fetch(url)',
    'suite.crypto.x',
    "import x from './node.ts'",
    'const updateDate = 1',
  ]
  for (const line of good) expect(faultsIn('x.ts', line), line).toEqual([])
})

const neutral = packages.filter(({ manifest }) => (FLOORS[manifest.name] ?? 0) <= NEUTRAL_UP_TO)

describe.each(neutral)('$manifest.name runs in every runtime', ({ folder, sources }) => {
  test('as written', () => {
    expect([...sources].flatMap(([path, text]) => faultsIn(path, text))).toEqual([])
  })

  test('as built', () => {
    const built = [...textsOf(join(folder, 'dist'), '.js')]
    expect(built.length).toBeGreaterThan(0)
    expect(built.flatMap(([path, text]) => faultsIn(path, text))).toEqual([])
  })
})
