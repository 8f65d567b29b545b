/** The end of the road in the browser: the rest happens on the device (RFC 8628 section 3.3). No redirect, and no link but to the person's own list. */
import { html } from './html.ts'
import { checkIcon, crossIcon } from './icons.ts'
import { jointed } from './joints.ts'
import { messagesOf, page, shownName, type Site } from './layout.ts'
import { plainText } from './plain-text.ts'

export interface DoneView extends Site {
  readonly outcome: 'approved' | 'denied'
  /** What the client calls itself. */
  readonly clientName: string
}

/** Tells what was decided, and to go back to the device. */
export function donePage(view: DoneView): string {
  const words = messagesOf(view).done[view.outcome]
  const contact = plainText(view.operator?.contact ?? '', 120)
  const body = html`<p ${{ class: `seal ${view.outcome}` }}>${view.outcome === 'approved' ? checkIcon : crossIcon}</p>
<h1>${words.title}</h1>
<p class="lead">${words.next(html`<strong>${shownName(view.clientName)}</strong>`)}</p>
<p>${words.close}</p>
<p><a class="link" href="${view.base}/devices">${messagesOf(view).devices.seeAll}</a></p>
${contact === '' ? undefined : html`<p class="aside">${words.report(html`<bdi>${jointed(contact)}</bdi>`)}</p>`}`
  return page(view, { title: words.title, body })
}
