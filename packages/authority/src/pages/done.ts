/** The end of the road in the browser: the rest happens on the device (RFC 8628 section 3.3). No redirect, and no link but to the person's own list. */
import { type Html, html, type SlotOf, type Template, templateOf } from './html.ts'
import { checkIcon, crossIcon } from './icons.ts'
import { jointed } from './joints.ts'
import { document, messagesOf, type Shown, shownName, type Site } from './layout.ts'
import { plainText } from './plain-text.ts'

export interface DoneView extends Site {
  readonly outcome: 'approved' | 'denied'
  /** What the client calls itself. */
  readonly clientName: string
}

type Ended = Shown<Omit<DoneView, 'outcome'>>

/** The page of one outcome. */
export function doneTemplate(site: Site, outcome: DoneView['outcome']): Template<Ended> {
  return templateOf((slot) => ending(site, outcome, slot))
}

/** Tells what was decided, and to go back to the device. */
export function donePage(view: DoneView): string {
  return doneTemplate(view, view.outcome).fill(view)
}

function ending(site: Site, outcome: DoneView['outcome'], slot: SlotOf<Ended>): Html {
  const words = messagesOf(site).done[outcome]
  const contact = plainText(site.operator?.contact ?? '', 120)
  const client = slot(({ clientName }) => shownName(clientName))
  const body = html`<p ${{ class: `seal ${outcome}` }}>${outcome === 'approved' ? checkIcon : crossIcon}</p>
<h1>${words.title}</h1>
<p class="lead">${words.next(html`<strong>${client}</strong>`)}</p>
<p>${words.close}</p>
<p><a class="link" href="${site.base}/devices">${messagesOf(site).devices.seeAll}</a></p>
${contact === '' ? undefined : html`<p class="aside">${words.report(html`<bdi>${jointed(contact)}</bdi>`)}</p>`}`
  return document(site, { title: words.title, body })
}
