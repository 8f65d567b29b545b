/** Where RFC 8628 section 3.3 begins for the person: one field for the code, under the one rule that defeats phishing. */
import { type Html, html, type SlotOf, type Template, templateOf } from './html.ts'
import { haltIcon } from './icons.ts'
import { alertText, document, messagesOf, type Shown, type SignedIn, type Site, shownName } from './layout.ts'
import type { Messages } from './messages/messages.ts'
import { plainText } from './plain-text.ts'

export interface EnterCodeView extends Site, SignedIn {
  /** From `verification_uri_complete` or the attempt before; shown, never acted on. */
  readonly prefilled?: string | undefined
  /**
   * `wrong` covers unknown, expired and decided codes alike, so that guessing learns nothing. `mistyped`: it cannot be a code at all.
   * `stale`: the form secret was not right.
   */
  readonly error?: 'wrong' | 'mistyped' | 'limited' | 'stale' | undefined
  /** With `limited`: how long codes are not taken, in seconds. */
  readonly retryAfter?: number | undefined
}

/** One field, posted to `device` as `user_code` with `csrf`. */
export function enterCodeTemplate(site: Site): Template<Shown<EnterCodeView>> {
  return templateOf((slot) => entry(site, slot))
}

/** The page of one view. */
export function enterCodePage(view: EnterCodeView): string {
  return enterCodeTemplate(view).fill(view)
}

function entry(site: Site, slot: SlotOf<Shown<EnterCodeView>>): Html {
  const words = messagesOf(site).enterCode
  const csrf = slot((view) => view.csrf)
  const name = slot(({ approverName }) => shownName(approverName))
  const prefilled = ({ prefilled: code }: Shown<EnterCodeView>) => plainText(code ?? '', 64)
  const described = slot(({ error }) => (error === undefined ? 'rule hint' : 'problem rule hint'))
  const invalid = slot(({ error }) => ({ 'aria-invalid': error === 'wrong' || error === 'mistyped' ? 'true' : undefined }))
  const hint = slot((view) => (prefilled(view) !== '' && view.error === undefined ? words.prefilledHint : words.hint))
  const body = html`<h1>${words.title}</h1>
<div class="warning" id="rule">${haltIcon}
<div><p><strong>${words.rule}</strong></p>
<p>${words.reason}</p></div></div>
<form method="post" action="${site.base}/device">
<input type="hidden" name="csrf" value="${csrf}">
${slot((view) => alertText('problem', problemOf(words, view)))}
<p class="field"><label for="user_code">${words.label}</label>
<input class="code-input" id="user_code" name="user_code" type="text" inputmode="text" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" enterkeyhint="go" dir="ltr" required maxlength="64" aria-describedby="${described}" ${invalid} value="${slot(prefilled)}">
<span class="hint" id="hint">${hint}</span></p>
<p class="actions"><button class="main" type="submit">${words.submit}</button></p>
</form>`
  return document(site, { title: words.title, body, wayOut: { csrf, name }, toDevices: true })
}

function problemOf({ errors }: Messages['enterCode'], view: Shown<EnterCodeView>): string | undefined {
  if (view.error === undefined) return undefined
  return view.error === 'limited' ? errors.limited(view.retryAfter ?? 0) : errors[view.error]
}
