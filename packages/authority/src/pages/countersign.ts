/** The second word: a number for the terminal that waits, and for nobody else. No link, no redirect, nothing to press. */
import { html } from './html.ts'
import { haltIcon } from './icons.ts'
import { messagesOf, page, shownName, type Site } from './layout.ts'

export interface CountersignView extends Site {
  /** Digits only. */
  readonly number: string
  /** What the client calls itself. */
  readonly clientName: string
}

/** Shows the number that the device asks for (RFC 10027 section 6.1.16). */
export function countersignPage(view: CountersignView): string {
  const words = messagesOf(view).countersign
  const digits = view.number.split('')
  const body = html`<h1>${words.title}</h1>
<p class="lead">${words.type(html`<strong>${shownName(view.clientName)}</strong>`)}</p>
<p class="plate" dir="ltr"><span aria-hidden="true">${digits.map((digit) => html`<span class="group">${digit}</span> `)}</span><span class="unseen">${digits.join(' ')}</span></p>
<div class="warning">${haltIcon}
<div><p><strong>${words.secret}</strong></p>
<p>${words.why}</p></div></div>
<p>${words.close}</p>`
  return page(view, { title: words.title, body })
}
