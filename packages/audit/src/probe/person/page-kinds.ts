/** What a page wants from the person: a sign-in, a code, a decision, or only to be led on. Told by its forms, as a person tells it. */
import type { Page } from './browser.ts'
import { type FormButton, formsOf, type HtmlForm, visibleText } from './html-forms.ts'

export type PageKind =
  | { readonly kind: 'sign-in'; readonly form: HtmlForm; readonly name: string | undefined; readonly password: string }
  | { readonly kind: 'code'; readonly form: HtmlForm; readonly field: string }
  | { readonly kind: 'decision'; readonly form: HtmlForm; readonly approve: FormButton; readonly deny: FormButton | undefined }
  | { readonly kind: 'passage'; readonly form: HtmlForm; readonly button: FormButton | undefined }
  | { readonly kind: 'end' }

const APPROVE = /^(?:approve|allow|accept|authori[sz]e|confirm|continue|yes|grant|agree|proceed)\b/i
const DENY = /\b(?:deny|decline|reject|cancel|abort|refuse|disallow|no)\b/i
const FEW_WORDS = 12
const TYPED = new Set(['text', 'tel', 'search', 'number', 'email'])

/** The first thing on the page that a person would do there. */
export function kindOf({ answer }: Page): PageKind {
  const forms = formsOf(answer.body)
  for (const form of forms) {
    const password = form.fields.find(({ type }) => type === 'password')?.name
    if (password !== undefined) return { kind: 'sign-in', form, password, name: form.fields.find(({ type }) => TYPED.has(type))?.name }
  }
  for (const form of forms) {
    const field = form.fields.find(({ type, name }) => TYPED.has(type) && /code/i.test(name))?.name
    if (field !== undefined) return { kind: 'code', form, field }
  }
  if (isPassage(answer.body, forms)) return { kind: 'passage', form: forms[0] as HtmlForm, button: forms[0]?.buttons[0] }
  for (const form of forms) {
    const deny = form.buttons.find(isDenying)
    const approve = form.buttons.find((button) => !isDenying(button) && APPROVE.test(wordsOf(button)))
    if (approve !== undefined)
      return { kind: 'decision', form, approve, deny: deny ?? forms.flatMap(({ buttons }) => buttons).find(isDenying) }
  }
  return { kind: 'end' }
}

/** Pages that a script would send on by itself: hidden fields, at most one button, and next to no words that anybody could decide by. */
function isPassage(html: string, forms: readonly HtmlForm[]): boolean {
  const [form] = forms
  if (form === undefined || forms.length > 1 || form.method !== 'POST' || form.buttons.length > 1) return false
  const isDecision = form.buttons.some((button) => APPROVE.test(wordsOf(button)))
  const words = visibleText(html).split(' ').length
  return form.fields.every(({ type }) => type === 'hidden') && (!isDecision || words < FEW_WORDS)
}

function wordsOf({ label, value }: FormButton): string {
  const words = label.replace(/[^\p{L}\s]/gu, ' ').trim()
  return words === '' ? value : words
}

function isDenying(button: FormButton): boolean {
  return (
    DENY.test(wordsOf(button)) || /^(?:deny|reject|abort|cancel|no)$/i.test(button.value) || /^(?:abort|cancel|deny)$/i.test(button.name)
  )
}

/** The words of a page, for what is looked for on it. */
export function wordsOn({ answer }: Page): string {
  return visibleText(answer.body)
}
