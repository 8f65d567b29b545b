/** Reads the packages as text: what they import, declare and say. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesUnder, packageFolders } from '../../tools/files.mjs'
import { root } from '../../tools/steps.mjs'

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  /** Programs have what they use inside (docs/adr/0012-one-file-a-package.md). */
  readonly bin?: Readonly<Record<string, string>>
}

export interface Package {
  readonly folder: string
  readonly manifest: Manifest
  /** Source text by path from the root. */
  readonly sources: ReadonlyMap<string, string>
}

export function textsOf(folder: string, ending: string): Map<string, string> {
  return new Map(filesUnder(folder, ending).map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

export const packages: readonly Package[] = packageFolders().map((folder) => ({
  folder,
  manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest,
  sources: textsOf(`${folder}/src`, '.ts'),
}))

const LITERAL = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/
const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//
const EITHER = new RegExp(`(${LITERAL.source})|${COMMENT.source}`, 'g')

/** The text without comments; literals stay. */
function withoutComments(text: string): string {
  return text.replace(EITHER, (_, literal: string | undefined) => literal ?? '')
}

/** The text without comments and without what stands inside literals. */
export function codeOf(text: string): string {
  return text.replace(EITHER, (_, literal: string | undefined) => (literal === undefined ? '' : "''"))
}

/** Only the comments of the text. */
export function commentsOf(text: string): string[] {
  return [...text.matchAll(EITHER)].filter((match) => match[1] === undefined).map((match) => match[0])
}

/** Module specifiers of every import and re-export, type imports and `import()` included. */
export function specifiersOf(text: string): string[] {
  const found = withoutComments(text).matchAll(/\b(?:from|import)\s*\(?\s*(['"`])([^'"`\n]+)\1/g)
  return [...found].map((match) => match[2] as string)
}

/** `@scope/name` or `name` of a package specifier; undefined for relative and built-in modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
