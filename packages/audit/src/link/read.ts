/** From texts to a project: what mentions a device flow is parsed, and what that leads to or is led to by. */
import { unbundled, wholePath } from '../collect/bundles.ts'
import { isGenerated, isTest } from '../collect/text-files.ts'
import { mentionsDeviceFlow } from '../collect/prefilter.ts'
import { lower } from '../lower/lower.ts'
import type { SourceFile } from '../neutral/tree.ts'
import { lastName, nodesIn, pathOf, wordOf } from '../neutral/walk.ts'
import { openGrammars } from '../parse/grammars.ts'
import { languageOf } from '../parse/language.ts'
import { definitionsIn } from './definitions.ts'
import { type Locate, locatorOf } from './modules.ts'
import { type Project, projectOf } from './project.ts'
import { isTelling } from './resolve.ts'

/** As many files that speak of a device flow are parsed at most. */
const MOST_FILES = 500
/** And so many that they lead to, or are led to by: what a device flow needs is never far. */
const MOST_LINKED = 160
/** A name that is defined in more places than this leads nowhere in particular. */
const MOST_PLACES = 3
const ROUNDS = 2

/** Parses what matters of the collected texts. */
export async function readProject(all: ReadonlyMap<string, string>): Promise<Project> {
  const texts = unbundled(all)
  const sources = [...texts.keys()].filter((path) => languageOf(path) !== undefined && !isTest(path))
  const hits = sources.filter((path) => mentionsDeviceFlow(texts.get(path) ?? ''))
  if (hits.length === 0) return projectOf([], all)
  const parse = await openGrammars()
  const files = new Map<string, SourceFile>()
  const add = async (path: string): Promise<SourceFile | undefined> => {
    const language = languageOf(path)
    if (files.has(path) || language === undefined || files.size >= MOST_FILES) return undefined
    if (isGenerated(texts.get(path)?.trimStart() ?? '')) return undefined
    const file = await lower(parse, path, texts.get(path) ?? '', language)
    files.set(path, file)
    return file
  }
  let fresh: SourceFile[] = []
  for (const path of hits) fresh.push(...[await add(path)].filter((file) => file !== undefined))
  const definitions = definitionsIn(texts, sources)
  const locate = locatorOf(all)
  const callers = callersAmong(fresh, texts, sources)
  for (const path of callers) await add(path)
  const most = files.size + Math.max(MOST_LINKED, hits.length)
  for (let round = 0; round < ROUNDS; round++) {
    const next: SourceFile[] = []
    const leads = fresh.map((file) => leadsOf(file, definitions, locate))
    // What is imported by name is certain; a name that happens to be defined somewhere is not.
    for (const path of [...leads.flatMap(({ imported }) => imported), ...leads.flatMap(({ named }) => named)]) {
      if (files.size < most) next.push(...[await add(path)].filter((each) => each !== undefined))
    }
    fresh = next
  }
  return projectOf([...files.values()], all, locate)
}

/** Files that speak of a device flow and are not read: nobody wrote them. */
export function generatedIn(texts: ReadonlyMap<string, string>): string[] {
  return [...texts].flatMap(([path, text]) =>
    languageOf(path) !== undefined && !isTest(path) && mentionsDeviceFlow(text) && isGenerated(text) ? [path] : [],
  )
}

/** `export { a } from './b'` is used by whoever imports it from here. */
function isReExported({ text }: SourceFile, name: string): boolean {
  return /^export\b[^;]*\bfrom\b/m.test(text) && text.includes(name)
}

interface Leads {
  readonly imported: readonly string[]
  readonly named: readonly string[]
}

/** Files in which the names are defined that a file calls, imports, inherits from or reads from another package. */
function leadsOf(file: SourceFile, definitions: ReadonlyMap<string, ReadonlySet<string>>, locate: Locate): Leads {
  const names = new Set<string>()
  const bare = new Set<string>()
  for (const { bases } of file.shapes) for (const base of bases) names.add(base.split('.').at(-1) ?? '')
  for (const { names: imported } of file.imports) for (const [, remote] of imported) names.add(remote)
  for (const func of file.functions) {
    for (const node of nodesIn(func)) {
      if (node.kind === 'call') {
        names.add(lastName(node.callee))
        if (node.callee.kind === 'name') bare.add(node.callee.name)
      } else if (file.language === 'go' && node.kind === 'field' && /^[A-Z]/.test(node.name) && pathOf(node).length === 2)
        names.add(node.name)
      else if (file.language === 'go' && node.kind === 'name') names.add(node.name)
    }
  }
  // Types are imported as well: only what stands in the code leads anywhere.
  const spoken = new Set(file.functions.flatMap((func) => nodesIn(func).flatMap((node) => (node.kind === 'name' ? [node.name] : []))))
  for (const { bases } of file.shapes) for (const base of bases) spoken.add(base.split('.')[0] ?? '')
  const defining = new Set(file.language === 'go' ? [...names].flatMap((name) => [...(definitions.get(name) ?? [])]) : [])
  const imported = file.imports.flatMap(({ module, names: each }) => {
    if (
      file.language !== 'go' &&
      each.length > 0 &&
      !each.some(([local]) => local === '*' || spoken.has(local) || isReExported(file, local))
    )
      return []
    const paths = [...locate(file.path, module)]
    if (file.language === 'python') for (const [, remote] of each) paths.push(...locate(file.path, `${module}.${remote}`))
    // Of a bundle as well only the parts that define what is named here.
    paths.push(...each.flatMap(([, remote]) => [...(definitions.get(remote) ?? [])].filter((path) => paths.includes(wholePath(path)))))
    // Of a whole package of Go only what is named here matters.
    return file.language === 'go' ? paths.filter((path) => defining.has(path)) : paths
  })
  const found = [...names].flatMap((name) => {
    // A name that everything has leads nowhere, but within a bundle; imports have said already whose it is.
    if (!isTelling(name) && (wholePath(file.path) === file.path || !bare.has(name))) return []
    const places = [...(definitions.get(name) ?? [])].filter(
      (path) => languageOf(path)?.[0] === file.language || file.language === 'javascript' || file.language === 'typescript',
    )
    const sameBundle = places.filter((path) => path !== file.path && wholePath(path) === wholePath(file.path))
    if (wholePath(file.path) !== file.path) return bare.has(name) ? sameBundle.slice(0, MOST_PLACES) : []
    const near = places.filter((path) => nearness(path, file.path) > 0)
    if (places.length <= MOST_PLACES) return places
    return near.length <= MOST_PLACES ? near : near.filter((path) => nearness(path, file.path) > 1).slice(0, MOST_PLACES)
  })
  return { imported, named: found }
}

/** 2 for the same folder, 1 for the same part of the tree, 0 for elsewhere. */
function nearness(one: string, other: string): number {
  const [a, b] = [one.split('/').slice(0, -1), other.split('/').slice(0, -1)]
  if (a.join('/') === b.join('/')) return 2
  return a[0] === b[0] && a[1] === b[1] ? 1 : 0
}

/** Files that call a function of the given ones by a name that is about a device flow, or about signing in. */
function callersAmong(files: readonly SourceFile[], texts: ReadonlyMap<string, string>, sources: readonly string[]): string[] {
  const names = new Set(
    files
      .flatMap(({ functions }) => functions.map(({ name }) => name))
      .filter((name) => /device|poll|user_?code|login|authenticate|token/i.test(wordOf(name)) && name.length > 6),
  )
  if (names.size === 0) return []
  const pattern = new RegExp(`\\b(?:${[...names].map((name) => name.replace(/\$/g, '\\$')).join('|')})\\b`)
  const known = new Set(files.map(({ path }) => path))
  return sources.filter((path) => !known.has(path) && pattern.test(texts.get(path) ?? '')).slice(0, MOST_LINKED / 2)
}
