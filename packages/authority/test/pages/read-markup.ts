/** Reads a page back into elements, strictly: whatever is not the plain, balanced markup our templates write is an error. */

export interface Element {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly parent: Element | undefined
  /** All text inside, entities resolved, white space folded. */
  text: string
}

const VOID = new Set(['meta', 'link', 'input', 'img', 'path', 'wbr'])
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

/** Every element in the order of its start tag. */
export function readMarkup(source: string): readonly Element[] {
  const elements: Element[] = []
  let open: Element | undefined
  const tokens = /<!doctype html>|<\/([a-z0-9]+)>|<([a-z0-9]+)((?:\s+[a-z][a-zA-Z-]*(?:="[^"]*")?)*)\s*\/?>|([^<]+)/gy
  for (let match = tokens.exec(source); match !== null; match = tokens.exec(source)) {
    const [whole, closed, tag, written, text] = match
    if (text !== undefined) {
      for (let at = open; at !== undefined; at = at.parent) at.text += text
    } else if (closed !== undefined) {
      if (open?.tag !== closed) throw new Error(`</${closed}> closes <${open?.tag}>`)
      open = open.parent
    } else if (tag !== undefined) {
      const element: Element = { tag, attributes: attributesOf(written ?? ''), parent: open, text: '' }
      elements.push(element)
      if (!VOID.has(tag) && !whole.endsWith('/>')) open = element
    }
    if (tokens.lastIndex === source.length) break
  }
  if (tokens.lastIndex !== source.length || open !== undefined) throw new Error('the markup is not well-formed')
  for (const element of elements) element.text = resolve(element.text).replace(/\s+/g, ' ').trim()
  return elements
}

/** The elements of this tag that have these attributes. */
export function select(elements: readonly Element[], tag: string, attributes: Readonly<Record<string, string>> = {}): readonly Element[] {
  return elements.filter((one) => one.tag === tag && Object.entries(attributes).every(([name, value]) => one.attributes[name] === value))
}

/** The one element of this tag with these attributes; anything but one is an error. */
export function the(elements: readonly Element[], tag: string, attributes: Readonly<Record<string, string>> = {}): Element {
  const [found, ...others] = select(elements, tag, attributes)
  if (found === undefined || others.length > 0)
    throw new Error(`${others.length + (found ? 1 : 0)} of <${tag}> ${JSON.stringify(attributes)}`)
  return found
}

/** Tags and attribute names only: what no value may ever change. */
export function structureOf(source: string): readonly string[] {
  // Where a long value may be broken goes by the value, and is nothing one could do harm with.
  const elements = readMarkup(source).filter(({ tag }) => tag !== 'wbr')
  return elements.map(({ tag, attributes }) => [tag, ...Object.keys(attributes)].join(' '))
}

/** Text a person sees or hears in the whole page. */
export function textOf(source: string): string {
  return the(readMarkup(source), 'body').text
}

function attributesOf(written: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [, name = '', value = ''] of written.matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)) {
    if (name in found) throw new Error(`attribute ${name} twice`)
    found[name] = resolve(value)
  }
  return found
}

function resolve(text: string): string {
  if (/&(?!(?:amp|lt|gt|quot|#\d+);)/.test(text)) throw new Error(`a bare ampersand in "${text.slice(0, 40)}"`)
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_, code?: string, name?: string) =>
    code === undefined ? (named[name ?? ''] ?? '') : String.fromCodePoint(Number(code)),
  )
}
