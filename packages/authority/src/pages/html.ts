/**
 * The one way markup is made. The invariant: text becomes markup only by being written in a template of this source;
 * everything that arrives through a hole is escaped for the place it lands in, or refused.
 */

const markup: unique symbol = Symbol('markup')

/** Markup: finished text, or with slots that are yet to be filled. Only `html` makes one: no JSON, form or header can carry the symbol. */
export interface Html {
  readonly [markup]: Written
}

/** Text of finished markup, and between it what writes a slot for a view. */
type Written = string | readonly Part[]
type Part = string | ((view: unknown) => Written)

const slotted: unique symbol = Symbol('slot')

/** A hole whose value each view brings: `templateOf` makes them. */
export interface Slot {
  readonly [slotted]: (view: unknown) => Hole
}

/** What may stand between tags. Nothing is rendered for `undefined` and `false`. */
export type Fragment = Html | Slot | string | number | false | undefined | readonly Fragment[]

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

type Hole = Fragment | Attributes | Away

/** Writes what arrives through one hole, escaped for where that is. */
type Filler = (hole: Hole) => Written

/**
 * Tagged template for markup. Holes between tags take fragments, holes in quoted values take text, holes inside a tag take `Attributes`.
 * @throws TypeError when a hole stands where no escaping is safe, or a value does not fit its hole: both are mistakes in a template.
 */
export function html(pieces: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  const fillers = KNOWN.get(pieces) ?? learn(pieces)
  let out: Written = pieces[0] as string
  for (let index = 0; index < holes.length; index++) {
    out = joined(joined(out, (fillers[index] as Filler)(holes[index])), pieces[index + 1] as string)
  }
  return { [markup]: out }
}

function joined(one: Written, other: Written): Written {
  if (typeof one === 'string' && typeof other === 'string') return one + other
  const [parts, more] = [one, other].map((each) => (typeof each === 'string' ? [each] : each)) as [readonly Part[], readonly Part[]]
  const [last, first] = [parts.at(-1), more[0]]
  return typeof last === 'string' && typeof first === 'string'
    ? [...parts.slice(0, -1), last + first, ...more.slice(1)]
    : [...parts, ...more]
}

/** Markup that is made once and filled for each view: what never changes is escaped and joined then, and not again. */
export interface Template<View> {
  /** What is the same for every view. */
  readonly fixed: string
  readonly fill: (view: View) => string
}

/** @param make is given what makes slots, each of which takes its value from the view; such a value is escaped like any other */
export function templateOf<View>(make: (slot: SlotOf<View>) => Html): Template<View> {
  const written = make((of) => ({ [slotted]: of as (view: unknown) => Hole }))[markup]
  const texts = typeof written === 'string' ? [written] : written.filter((part) => typeof part === 'string')
  return { fixed: texts.join(''), fill: (view) => filled(written, view) }
}

export type SlotOf<View> = (of: (view: View) => Fragment | Attributes) => Slot

/** Joined at the end, in one go: text that grows piece by piece is only put together when it is sent, piece by piece. */
function filled(written: Written, view: unknown): string {
  const out: string[] = []
  fillInto(out, written, view)
  return out.join('')
}

function fillInto(out: string[], written: Written, view: unknown): void {
  if (typeof written === 'string') out.push(written)
  else for (const part of written) fillInto(out, typeof part === 'string' ? part : part(view), view)
}

/** How the holes of each template of this source are filled. A template never changes, so neither does that. */
const KNOWN = new WeakMap<TemplateStringsArray, readonly Filler[]>()

function learn(pieces: TemplateStringsArray): readonly Filler[] {
  const fillers: Filler[] = []
  let place = CONTENT
  for (const piece of pieces) {
    place = advance(place, piece)
    fillers.push(fillerAt(place, piece))
  }
  KNOWN.set(pieces, fillers)
  return fillers
}

/** The text of finished markup. @throws TypeError for a template, which takes a view */
export function render({ [markup]: written }: Html): string {
  if (typeof written !== 'string') throw new TypeError('a slot is filled by the view of its template')
  return written
}

/** @param piece what stands before the hole */
function fillerAt(place: Place, piece: string): Filler {
  if (place.where === 'content') return piece.endsWith('<') ? refused('a tag name cannot be a hole') : content
  if (place.where === 'quoted') return quoted(place, piece)
  // An unquoted value ends at the first space, so no escaping makes it safe.
  return /(?:^|[^=\s])\s+$/.test(piece) ? attributesIn : refused('a hole inside a tag takes attributes')
}

function refused(why: string): Filler {
  return (hole) => {
    throw new TypeError(isAway(hole) ? 'an address on another site stands in a link' : why)
  }
}

function quoted({ attribute, opens }: Place, piece: string): Filler {
  const leadsAway = (attribute === 'href' && opens) || /^content="0; url=$/.test(/\bcontent="[^"]*$/.exec(piece)?.[0] ?? '')
  const textIn = attributeText(attribute, opens)
  return function fill(hole): Written {
    if (typeof hole === 'string') return textIn(hole)
    if (typeof hole === 'number') return textIn(String(hole))
    if (typeof hole !== 'object') return ''
    if (isSlot(hole)) return later(hole, fill)
    if (!isAway(hole)) throw new TypeError(`attribute '${attribute}' takes text`)
    if (!leadsAway) throw new TypeError('an address on another site stands in a link')
    return escape(hole[away])
  }
}

/** Filled in the same way, with what the view brings. */
function later({ [slotted]: of }: Slot, fill: Filler): Written {
  return [(view) => fill(of(view))]
}

function content(hole: Hole): Written {
  if (typeof hole === 'string') return escape(hole)
  if (typeof hole === 'number') return String(hole)
  if (typeof hole !== 'object') return ''
  if (isHtml(hole)) return hole[markup]
  if (isList(hole)) {
    let out: Written = ''
    for (const each of hole) out = joined(out, content(each))
    return out
  }
  if (isSlot(hole)) return later(hole, content)
  if (isAway(hole)) throw new TypeError('an address on another site stands in a link')
  throw new TypeError('attributes cannot stand between tags')
}

function attributesIn(hole: Hole): Written {
  if (isSlot(hole)) return later(hole, attributesIn)
  if (isAway(hole)) throw new TypeError('an address on another site stands in a link')
  if (typeof hole !== 'object' || isHtml(hole) || isList(hole)) throw new TypeError('a hole inside a tag takes attributes')
  return attributes(hole)
}

function attributes(given: Attributes): string {
  let written = ''
  for (const name of Object.keys(given)) {
    if (!/^[a-z][a-z-]*$/.test(name) || name.startsWith('on') || name === 'style')
      throw new TypeError(`'${name}' is not an attribute of ours`)
    const value = given[name]
    if (value === undefined || value === false) continue
    written += `${written === '' ? '' : ' '}${name}`
    if (value !== true) written += `="${attributeText(name, true)(String(value))}"`
  }
  return written
}

const ADDRESSES: ReadonlySet<string> = new Set(['href', 'src', 'action', 'formaction'])
// A path on this origin without a trailing slash, or nothing. Neither `//host`, `\host` nor a scheme fits.
const ownPath = /^(?:\/[\w.~%!$&'()*+,;=:@-]+)*$/
const segment = /^[\w.~-]*$/
const inlineImage = /^data:image\/(?:png|jpeg|webp|svg\+xml)[;,][\w.~%!$&'()*+,;=:@/-]*$/

/** How text is written into the value of an attribute. `opens`: it is what the value starts with. */
function attributeText(name: string, opens: boolean): (text: string) => string {
  if (!ADDRESSES.has(name)) return escape
  // What starts an address decides where it leads: only our own paths and embedded images may. What follows stays inside one segment.
  const isSafe = (text: string) => (opens ? ownPath.test(text) || (name === 'src' && inlineImage.test(text)) : segment.test(text))
  return (text) => {
    if (!isSafe(text)) throw new TypeError(`attribute '${name}' takes a path of this server`)
    return escape(text)
  }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' }

const special = /[&<>"'`]/

function escape(text: string): string {
  return special.test(text) ? text.replace(/[&<>"'`]/g, (character) => entities[character] ?? '') : text
}

function isAway(value: Hole): value is Away {
  return typeof value === 'object' && away in value
}

function isSlot(value: Hole): value is Slot {
  return typeof value === 'object' && slotted in value
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
