/** Which files are read: source code, and the few others in which credentials and settings stand. */
import { basename } from 'node:path'
import { languageOf } from '../parse/language.ts'

/** Hosts of MCP servers keep their settings in JSON; images and pipelines say what is built in. */
const OTHERS =
  /^(?:dockerfile(?:\..*)?|.*\.dockerfile|containerfile|.*\.(?:ya?ml|jsonc?|toml|html?|jinja2?|j2|gohtml|tmpl|env|sql)|\.env(?:\..*)?|makefile|go\.mod)$/i
const LOCKS = /^(?:package-lock|pnpm-lock|composer\.lock|npm-shrinkwrap)/i

export function isTextFile(path: string): boolean {
  const name = basename(path)
  return !LOCKS.test(name) && !/\.min\.m?js$/i.test(name) && (languageOf(name) !== undefined || OTHERS.test(name))
}

const TESTS =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|mocks?|spec|testing|testdata|fixtures?|e2e|conformance|certification)\/|[._-](?:test|spec|mock|stories)\.[a-z]+$|_test\.(?:go|py)$|(?:^|\/)(?:test_[^/]*|conftest|testing)\.py$|\.d\.[cm]?ts$|(?:^|\/)(?:mock_[^/]*|(?:\w+_)?(?:mocks?|test_?(?:helpers?|utils?)))\.go$/i

/** Tests and what they are fed with describe mistakes on purpose: nothing in them is judged. */
export function isTest(path: string): boolean {
  return TESTS.test(path)
}

/** Generated code is nobody's decision. */
export function isGenerated(text: string): boolean {
  // Minified: lines that are very long.
  const lines = text.split('\n', 400)
  if (text.length > 20_000 && lines.reduce((sum, line) => sum + line.length, 0) / lines.length > 250) return true
  return /^(?:\/\/|\/\*|#).{0,80}(?:code generated .* do not edit|@generated\b|auto-?generated)/im.test(text.slice(0, 2500))
}
