/** The second word: a number for the terminal that waits, and for nobody else. No link, no redirect, nothing to press. */
import { type Html, html, type SlotOf, type Template, templateOf } from './html.ts'
import { haltIcon } from './icons.ts'
import { document, messagesOf, type Shown, shownName, type Site } from './layout.ts'

export interface CountersignView extends Site {
  /** Digits only. */
  readonly number: string
  /** What the client calls itself. */
  readonly clientName: string
}

/** Shows the number that the device asks for (RFC 10027 section 6.1.16). */
export function countersignTemplate(site: Site): Template<Shown<CountersignView>> {
  return templateOf((slot) => plate(site, slot))
}

/** The page of one view. */
export function countersignPage(view: CountersignView): string {
  return countersignTemplate(view).fill(view)
}

function plate(site: Site, slot: SlotOf<Shown<CountersignView>>): Html {
  const words = messagesOf(site).countersign
  const client = slot(({ clientName }) => shownName(clientName))
  const digits = slot(({ number }) => number.split('').map((digit) => html`<span class="group">${digit}</span> `))
  const spelled = slot(({ number }) => number.split('').join(' '))
  const body = html`<h1>${words.title}</h1>
<p class="lead">${words.type(html`<strong>${client}</strong>`)}</p>
<p class="plate" dir="ltr"><span aria-hidden="true">${digits}</span><span class="unseen">${spelled}</span></p>
<div class="warning">${haltIcon}
<div><p><strong>${words.secret}</strong></p>
<p>${words.why}</p></div></div>
<p>${words.close}</p>`
  return document(site, { title: words.title, body })
}
