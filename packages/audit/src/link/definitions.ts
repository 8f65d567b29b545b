/** Where names are defined, found by the look of a definition in files that are not parsed yet. */
import { wholePath } from '../collect/bundles.ts'
import { languageOf } from '../parse/language.ts'

const DEFINED: Readonly<Record<string, RegExp>> = {
  go: /^(?:func(?:\s*\([^)\n]*\))?|type|const|var)\s+([A-Za-z_]\w*)|^\t([A-Z]\w*)\s*(?:[\w.]+\s*)?=/gm,
  python: /^[^\S\n]*(?:async\s+)?(?:def|class)\s+([A-Za-z_]\w*)|^([A-Z_][A-Z0-9_]+)\s*(?::[^=\n]*)?=/gm,
  script:
    /(?:function\*?|const|let|var|class|enum)\s+([A-Za-z_$][\w$]*)|^[^\S\n]+(?:(?:public|private|protected|static|async|override|readonly)\s+)*([A-Za-z_$][\w$]*)\s*(?:<[^>\n]*>)?\([^)\n]*\)?[^\S\n]*(?::[^{;\n]*)?\{?$/gm,
}

/** In a part of a bundle only what stands outside of everything else is meant by a bare name. */
const OUTSIDE = /^(?:export\s+)?(?:async\s+)?(?:function\*?|const|let|var|class)\s+([A-Za-z_$][\w$]*)/gm

function kindOf(path: string): string | undefined {
  const language = languageOf(path)?.[0]
  return language === 'typescript' || language === 'javascript' ? 'script' : language
}

/** Paths by the names that are defined in them. */
export function definitionsIn(texts: ReadonlyMap<string, string>, paths: Iterable<string>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const path of paths) {
    const pattern = wholePath(path) === path ? DEFINED[kindOf(path) ?? ''] : OUTSIDE
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
