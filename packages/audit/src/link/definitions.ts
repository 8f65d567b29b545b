/** Where names are defined, found by the look of a definition in files that are not parsed yet. */
import { languageOf } from '../parse/language.ts'

const DEFINED: Readonly<Record<string, RegExp>> = {
  go: /^(?:func(?:\s*\([^)\n]*\))?|type|const|var)\s+([A-Za-z_]\w*)|^\t([A-Z]\w*)\s*(?:[\w.]+\s*)?=/gm,
  python: /^[^\S\n]*(?:async\s+)?(?:def|class)\s+([A-Za-z_]\w*)|^([A-Z_][A-Z0-9_]+)\s*(?::[^=\n]*)?=/gm,
  script:
    /(?:function\*?|const|let|class|enum)\s+([A-Za-z_$][\w$]*)|^[^\S\n]+(?:(?:public|private|protected|static|async|override|readonly)\s+)*([A-Za-z_$][\w$]*)\s*(?:<[^>\n]*>)?\([^)\n]*\)?[^\S\n]*(?::[^{;\n]*)?\{?$/gm,
}

function kindOf(path: string): string | undefined {
  const language = languageOf(path)?.[0]
  return language === 'typescript' || language === 'javascript' ? 'script' : language
}

/** Paths by the names that are defined in them. */
export function definitionsIn(texts: ReadonlyMap<string, string>, paths: Iterable<string>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const path of paths) {
    const pattern = DEFINED[kindOf(path) ?? '']
    if (pattern === undefined) continue
    for (const match of (texts.get(path) ?? '').matchAll(pattern)) {
      const name = match[1] ?? match[2] ?? ''
      const places = found.get(name)
      if (places === undefined) found.set(name, new Set([path]))
      else places.add(path)
    }
  }
  return found
}
