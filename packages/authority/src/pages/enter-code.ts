/** Where RFC 8628 section 3.3 begins for the person: one field for the code, under the one rule that defeats phishing. */
import { html } from './html.ts'
import { haltIcon } from './icons.ts'
import { alertText, messagesOf, page, type SignedIn, type Site } from './layout.ts'
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
export function enterCodePage(view: EnterCodeView): string {
  const words = messagesOf(view).enterCode
  const prefilled = plainText(view.prefilled ?? '', 64)
  const invalid = view.error === 'wrong' || view.error === 'mistyped'
  const described = view.error === undefined ? 'rule hint' : 'problem rule hint'
  const body = html`<h1>${words.title}</h1>
<div class="warning" id="rule">${haltIcon}
<div><p><strong>${words.rule}</strong></p>
<p>${words.reason}</p></div></div>
<form method="post" action="${view.base}/device">
<input type="hidden" name="csrf" value="${view.csrf}">
${alertText('problem', problemOf(view))}
<p class="field"><label for="user_code">${words.label}</label>
<input class="code-input" id="user_code" name="user_code" type="text" inputmode="text" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" enterkeyhint="go" dir="ltr" required maxlength="64" aria-describedby="${described}" ${{ 'aria-invalid': invalid ? 'true' : undefined }} value="${prefilled}">
<span class="hint" id="hint">${prefilled !== '' && view.error === undefined ? words.prefilledHint : words.hint}</span></p>
<p class="actions"><button class="main" type="submit">${words.submit}</button></p>
</form>`
  return page(view, { title: words.title, body, signedIn: view, toDevices: true })
}

function problemOf(view: EnterCodeView): string | undefined {
  const { errors } = messagesOf(view).enterCode
  if (view.error === undefined) return undefined
  return view.error === 'limited' ? errors.limited(view.retryAfter ?? 0) : errors[view.error]
}
