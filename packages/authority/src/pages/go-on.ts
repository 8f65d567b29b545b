/**
 * The page between here and another site where the person signs in. It exists because Chromium holds every redirect after a form
 * to `form-action`, and nobody can know where another site redirects to: so the form ends here, and the page goes on (docs/adr/0006).
 */
import { html, leadingAway } from './html.ts'
import { messagesOf, page, type Site, shownName } from './layout.ts'
import { plainText } from './plain-text.ts'

export interface GoOnView extends Site {
  /** The other site, as the operator calls it. */
  readonly name: string
  readonly to: URL
}

/** Goes on by itself, and has a link for browsers that do not. @throws TypeError for an address that is neither https nor http */
export function goOnPage(view: GoOnView): string {
  const words = messagesOf(view).goOn
  const to = leadingAway(view.to)
  const title = words.title(plainText(view.name, 80))
  const body = html`<h1>${title}</h1>
<p class="lead">${words.what}</p>
<p class="actions"><a class="main" href="${to}"><span>${words.next(shownName(view.name))}</span></a></p>`
  // Going on at once leaves no trace in the history: the way back leads to the choice, not to a page that leads on again.
  return page(view, { title, head: html`<meta http-equiv="refresh" content="0; url=${to}">`, body })
}
