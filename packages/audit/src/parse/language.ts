/** The languages that are read, and which file is in which. */
import { extname } from 'node:path'

export type Language = 'typescript' | 'javascript' | 'python' | 'go'

/** A grammar: the language and, for TypeScript, whether markup may stand in the code. */
export type GrammarName = 'typescript' | 'tsx' | 'javascript' | 'python' | 'go'

const BY_ENDING: Readonly<Record<string, readonly [Language, GrammarName]>> = {
  '.ts': ['typescript', 'typescript'],
  '.mts': ['typescript', 'typescript'],
  '.cts': ['typescript', 'typescript'],
  '.tsx': ['typescript', 'tsx'],
  '.js': ['javascript', 'javascript'],
  '.mjs': ['javascript', 'javascript'],
  '.cjs': ['javascript', 'javascript'],
  '.jsx': ['javascript', 'javascript'],
  '.py': ['python', 'python'],
  '.go': ['go', 'go'],
}

/** The language and grammar of a file by the ending of its name; undefined when it is in none that is read. */
export function languageOf(path: string): readonly [Language, GrammarName] | undefined {
  return BY_ENDING[extname(path).toLowerCase()]
}
