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
    const unread = (tree.rootNode.hasError ? unreadIn(tree.rootNode) : 0) + (language === 'javascript' ? machinesIn(text) : 0)
    const file: SourceFile = { path, language, text, functions: [], shapes: [], imports: [], unread }
    try {
      LOWERINGS[language](tree.rootNode, file)
      // Puts the nodes together: what is nested deeper than anybody writes shows here, and not in the middle of a rule.
      for (const { nodes } of file.functions) nodes.at(0)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return { path, language, text, functions: [], shapes: [], imports: [], unread: unread + 1 }
    }
    return file
  } finally {
    tree.delete()
  }
}

/** Functions that a compiler cut into the states of a machine for ES5: what they do in turn can no longer be read. */
function machinesIn(text: string): number {
  return (
    text.match(/\b__generator\(this, function|\bregeneratorRuntime\b[^\n]{0,40}\.wrap\(|\b_regenerator\w*\(\)?\.(?:wrap|w)\(/g)?.length ?? 0
  )
}

function unreadIn(root: Syntax): number {
  try {
    return countUnread(root)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return 1
  }
}

function countUnread(node: Syntax): number {
  if (node.isError || node.isMissing) return 1
  return node.hasError
    ? Math.max(
        1,
        node.children.reduce((sum, child) => sum + countUnread(child), 0),
      )
    : 0
}
