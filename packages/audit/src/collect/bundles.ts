/** A bundle is many files in one: what the bundler wrote between them tells them apart, so that each is read as the file it was. */

/** Stands in the path of a part before its number; no path of a file has it. */
const MARK = '\u0000'

/** What esbuild (tsup), rolldown (tsdown) and webpack write above each file. */
const HEADS = /^(?:\/\/#region \S+|\/\/ \S*\/\S+\.[cm]?[jt]sx?|\/\*{3}\/ (?:"[^"\n]+"|\d+):.*)$/gm

/** Scripts that are no longer than this are read as they are. */
const LEAST = 20_000

/** The texts with each bundle in its parts, every line where it was. */
export function unbundled(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [path, text] of texts) {
    const parts = text.length > LEAST && /\.[cm]?[jt]sx?$/.test(path) ? partsOf(text) : [text]
    if (parts.length < 3) found.set(path, text)
    else for (const [index, part] of parts.entries()) found.set(path.replace(/(?=\.\w+$)/, `${MARK}${index}`), part)
  }
  return found
}

/** The path of the file that a part is of. */
export function wholePath(path: string): string {
  return path.includes(MARK) ? path.replace(/\u0000\d+(?=\.\w+$)/, '') : path
}

function partsOf(text: string): string[] {
  const starts = [...text.matchAll(HEADS)].map(({ index }) => index)
  if (starts.length < 2) return [text]
  let line = 0
  return [0, ...starts].map((start, index, all) => {
    const part = text.slice(start, all[index + 1] ?? text.length)
    const padded = '\n'.repeat(line) + part
    line += part.split('\n').length - 1
    return padded
  })
}
