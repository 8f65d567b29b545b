/** The forms of a page, read as a browser without scripts reads them. */

export interface FormField {
  readonly name: string
  readonly type: string
  readonly value: string
  readonly isChecked: boolean
  readonly isRequired: boolean
}

export interface FormButton {
  readonly name: string
  readonly value: string
  readonly label: string
}

export interface HtmlForm {
  readonly action: string
  readonly method: 'GET' | 'POST'
  readonly fields: readonly FormField[]
  readonly buttons: readonly FormButton[]
}

interface OpenForm extends HtmlForm {
  readonly id: string
  readonly fields: FormField[]
  readonly buttons: FormButton[]
}

const TAG = /<(\/?)(form|input|button|textarea|select)\b((?:"[^"]*"|'[^']*'|[^'">])*)>/gi

/** Every form, with the fields and buttons inside it and those that name it from elsewhere. */
export function formsOf(html: string): readonly HtmlForm[] {
  const text = html.replace(/<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1>/gi, '')
  const forms: OpenForm[] = []
  const loose: { readonly form: string; readonly field?: FormField; readonly button?: FormButton }[] = []
  let current: OpenForm | undefined
  for (const { 1: slash, 2: tag = '', 3: written = '', index, 0: whole } of text.matchAll(TAG)) {
    const name = tag.toLowerCase()
    if (slash === '/') {
      if (name === 'form') current = undefined
      continue
    }
    const attributes = attributesOf(written)
    if (name === 'form') {
      const { action = '', method = 'get', id = '' } = attributes
      current = { id, action, method: method.toUpperCase() === 'POST' ? 'POST' : 'GET', fields: [], buttons: [] }
      forms.push(current)
      continue
    }
    const rest = text.slice(index + whole.length)
    const part = partOf(name, attributes, rest)
    if (attributes['form'] !== undefined) loose.push({ form: attributes['form'], ...part })
    else if (current !== undefined) add(current, part)
  }
  for (const { form, ...part } of loose) {
    const owner = forms.find(({ id }) => id === form)
    if (owner !== undefined) add(owner, part)
  }
  return forms
}

interface Part {
  readonly field?: FormField
  readonly button?: FormButton
}

function add(form: OpenForm, { field, button }: Part): void {
  if (field !== undefined) form.fields.push(field)
  if (button !== undefined) form.buttons.push(button)
}

function partOf(tag: string, attributes: Readonly<Record<string, string>>, rest: string): Part {
  const { name = '', value = '', type = tag === 'button' ? 'submit' : 'text' } = attributes
  if (tag === 'button') {
    const label = visibleText(rest.slice(0, Math.max(0, rest.search(/<\/button/i))))
    return type === 'submit' ? { button: { name, value, label } } : {}
  }
  if (type === 'submit' || type === 'image') return { button: { name, value, label: value } }
  if (type === 'button' || type === 'reset') return {}
  const isChecked = 'checked' in attributes
  const boxed = type === 'checkbox' && value === '' ? 'on' : value
  return { field: { name, type: type.toLowerCase(), value: boxed, isChecked, isRequired: 'required' in attributes } }
}

function attributesOf(written: string): Record<string, string> {
  const found = written.matchAll(/([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)
  return Object.fromEntries(
    [...found].map(([, name = '', double, single, bare]) => [name.toLowerCase(), decoded(double ?? single ?? bare ?? '')]),
  )
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

function decoded(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    const point = hex !== undefined ? Number.parseInt(hex, 16) : decimal !== undefined ? Number(decimal) : undefined
    if (point !== undefined) return point <= 0x10ffff ? String.fromCodePoint(point) : whole
    return NAMED[name ?? ''] ?? whole
  })
}

/** The words of a page or a part of it, spaces evened out. */
export function visibleText(html: string): string {
  return decoded(html.replace(/<wbr\s*\/?>/gi, '').replace(/<(script|style|title)\b[\s\S]*?<\/\1>|<[^>]*>/gi, ' '))
    .replace(/\s+/g, ' ')
    .trim()
}
