/**
 * The one way markup is made. The invariant: text becomes markup only by being written in a template of this source;
 * everything that arrives through a hole is escaped for the place it lands in, or refused.
 */

const markup: unique symbol = Symbol('markup')

/** Finished markup. Only `html` makes one: no JSON, form or header can carry the symbol. */
export interface Html {
  readonly [markup]: string
}

/** What may stand between tags. Nothing is rendered for `undefined` and `false`. */
export type Fragment = Html | string | number | false | undefined | readonly Fragment[]

/** Attributes for a hole inside a tag: `true` writes the bare name, `false` and `undefined` write nothing. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** Where in the markup a hole is. `attribute` is the attribute a quoted value belongs to; `opens` whether the value starts with the hole. */
interface Place {
  readonly where: 'content' | 'tag' | 'quoted'
  readonly quote: string
  readonly attribute: string
  readonly opens: boolean
}

const away: unique symbol = Symbol('away')

/** An address on another site. Only `leadingAway` makes one, and only an `href` or the `content` of a refresh takes it. */
export interface Away {
  readonly [away]: string
}

/** @throws TypeError for anything but https and http: no other scheme is an address to go to */
export function leadingAway({ protocol, href }: URL): Away {
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError('a link leads to https or http addresses')
  return { [away]: href }
}

const CONTENT: Place = { where: 'content', quote: '', attribute: '', opens: false }

/**
 * Tagged template for markup. Holes between tags take fragments, holes in quoted values take text, holes inside a tag take `Attributes`.
 * @throws TypeError when a hole stands where no escaping is safe, or a value does not fit its hole: both are mistakes in a template.
 */
export function html(pieces: TemplateStringsArray, ...holes: readonly (Fragment | Attributes | Away)[]): Html {
  const places = placesIn(pieces)
  let out = pieces[0] as string
  for (let index = 0; index < holes.length; index++) {
    out += fill(places[index] as Place, pieces[index] as string, holes[index])
    out += pieces[index + 1] as string
  }
  return { [markup]: out }
}

/** Where the holes of each template of this source are. A template never changes, so neither does what is known of it. */
const KNOWN = new WeakMap<TemplateStringsArray, readonly Place[]>()

function placesIn(pieces: TemplateStringsArray): readonly Place[] {
  const known = KNOWN.get(pieces)
  if (known !== undefined) return known
  const places: Place[] = []
  for (const piece of pieces) places.push(advance(places.at(-1) ?? CONTENT, piece))
  KNOWN.set(pieces, places)
  return places
}

/** The text of finished markup. */
export function render(finished: Html): string {
  return finished[markup]
}

function fill(place: Place, piece: string, hole: Fragment | Attributes | Away): string {
  if (isAway(hole)) {
    if (place.where === 'quoted' && place.attribute === 'href' && place.opens) return escape(hole[away])
    if (place.where === 'quoted' && /^content="0; url=$/.test(/\bcontent="[^"]*$/.exec(piece)?.[0] ?? '')) return escape(hole[away])
    throw new TypeError('an address on another site stands in a link')
  }
  if (place.where === 'content') {
    if (piece.endsWith('<')) throw new TypeError('a tag name cannot be a hole')
    return content(hole)
  }
  if (place.where === 'quoted') {
    if (typeof hole === 'object') throw new TypeError(`attribute '${place.attribute}' takes text`)
    return attributeText(place.attribute, hole, place.opens)
  }
  // An unquoted value ends at the first space, so no escaping makes it safe.
  if (!/(?:^|[^=\s])\s+$/.test(piece) || typeof hole !== 'object' || isHtml(hole) || isList(hole)) {
    throw new TypeError('a hole inside a tag takes attributes')
  }
  return attributes(hole)
}

function content(hole: Fragment | Attributes): string {
  if (hole === undefined || hole === false) return ''
  if (typeof hole !== 'object') return escape(String(hole))
  if (isList(hole)) return hole.map(content).join('')
  if (isHtml(hole)) return hole[markup]
  throw new TypeError('attributes cannot stand between tags')
}

function attributes(given: Attributes): string {
  const written: string[] = []
  for (const [name, value] of Object.entries(given)) {
    if (!/^[a-z][a-z-]*$/.test(name) || name.startsWith('on') || name === 'style')
      throw new TypeError(`'${name}' is not an attribute of ours`)
    if (value === true) written.push(name)
    else if (value !== false && value !== undefined) written.push(`${name}="${attributeText(name, value, true)}"`)
  }
  return written.join(' ')
}

const ADDRESSES: ReadonlySet<string> = new Set(['href', 'src', 'action', 'formaction'])
// A path on this origin without a trailing slash, or nothing. Neither `//host`, `\host` nor a scheme fits.
const ownPath = /^(?:\/[\w.~%!$&'()*+,;=:@-]+)*$/
const segment = /^[\w.~-]*$/
const inlineImage = /^data:image\/(?:png|jpeg|webp|svg\+xml)[;,][\w.~%!$&'()*+,;=:@/-]*$/

function attributeText(name: string, value: string | number | boolean | undefined, opens: boolean): string {
  if (typeof value === 'boolean' || value === undefined) return ''
  const text = String(value)
  // What starts an address decides where it leads: only our own paths and embedded images may. What follows stays inside one segment.
  if (ADDRESSES.has(name)) {
    const safe = opens ? ownPath.test(text) || (name === 'src' && inlineImage.test(text)) : segment.test(text)
    if (!safe) throw new TypeError(`attribute '${name}' takes a path of this server`)
  }
  return escape(text)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' }

const special = /[&<>"'`]/

function escape(text: string): string {
  return special.test(text) ? text.replace(/[&<>"'`]/g, (character) => entities[character] ?? '') : text
}

function isAway(value: Fragment | Attributes | Away): value is Away {
  return typeof value === 'object' && away in value
}

function isHtml(value: object): value is Html {
  return markup in value
}

function isList(value: object): value is readonly Fragment[] {
  return Array.isArray(value)
}

function advance(start: Place, piece: string): Place {
  let { where, quote, attribute } = start
  let opens = false
  for (let index = 0; index < piece.length; index++) {
    const character = piece.charAt(index)
    opens = false
    if (where === 'content') {
      if (character === '<' && /[a-z/!]/i.test(piece.charAt(index + 1))) where = 'tag'
    } else if (where === 'quoted') {
      if (character === quote) where = 'tag'
    } else if (character === '>') {
      where = 'content'
    } else if (character === '"' || character === "'") {
      where = 'quoted'
      quote = character
      attribute = /([\w-]+)=$/.exec(piece.slice(0, index))?.[1] ?? ''
      opens = true
    }
  }
  return { where, quote, attribute, opens }
}
