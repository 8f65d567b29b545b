/** Parsers, made when first asked for. The grammars lie in this package, so nothing is fetched and nothing native is loaded. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Language, Parser, type Tree } from 'web-tree-sitter'
import type { GrammarName } from './language.ts'

/** Parses source text. The caller frees the tree (`delete`). */
export type Parse = (grammar: GrammarName, text: string) => Promise<Tree>

/** A parse function with a cache of its own for the grammars it needed. */
export async function openGrammars(): Promise<Parse> {
  await Parser.init()
  // Found by the package's own name: the built program is one file, in another folder than this source.
  const folder = join(dirname(createRequire(import.meta.url).resolve('@countersign/audit/package.json')), 'grammars')
  const parsers = new Map<GrammarName, Promise<Parser>>()
  const open = async (name: GrammarName): Promise<Parser> => {
    const bytes = await readFile(join(folder, `tree-sitter-${name}.wasm`))
    return new Parser().setLanguage(await Language.load(new Uint8Array(bytes)))
  }
  return async (name, text) => {
    const parser = parsers.get(name) ?? open(name)
    parsers.set(name, parser)
    const tree = (await parser).parse(text)
    if (tree === null) throw new Error(`the ${name} grammar gave no tree`)
    return tree
  }
}
