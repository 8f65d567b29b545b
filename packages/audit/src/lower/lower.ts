/** One source file into the neutral form. */
import type { Node as Syntax } from 'web-tree-sitter'
import type { SourceFile } from '../neutral/tree.ts'
import type { Parse } from '../parse/grammars.ts'
import type { GrammarName, Language } from '../parse/language.ts'
import { lowerGo } from './go.ts'
import { lowerPython } from './python.ts'
import { lowerScript } from './script.ts'

const LOWERINGS: Readonly<Record<Language, (root: Syntax, file: SourceFile) => void>> = {
  typescript: lowerScript,
  javascript: lowerScript,
  python: lowerPython,
  go: lowerGo,
}

/** Parses and lowers one file. */
export async function lower(
  parse: Parse,
  path: string,
  text: string,
  [language, grammar]: readonly [Language, GrammarName],
): Promise<SourceFile> {
  const tree = await parse(grammar, text)
  try {
    const unread = tree.rootNode.hasError ? countUnread(tree.rootNode) : 0
    const file: SourceFile = { path, language, text, functions: [], shapes: [], imports: [], unread }
    LOWERINGS[language](tree.rootNode, file)
    return file
  } finally {
    tree.delete()
  }
}

function countUnread(node: Syntax): number {
  if (node.isError || node.isMissing) return 1
  return node.hasError ? node.children.reduce((sum, child) => sum + countUnread(child), 0) : 0
}
