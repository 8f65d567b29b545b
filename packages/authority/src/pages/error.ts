/** When something went wrong: what happened, in words, and the next step. Never the cause inside the server. */
import { html } from './html.ts'
import { messagesOf, page, type Site } from './layout.ts'
import type { ErrorKind } from './messages/messages.ts'
import { plainText } from './plain-text.ts'

export interface ErrorView extends Site {
  readonly kind: ErrorKind
  /** What exactly was wrong, in English, for whoever made the program that sent the person here. */
  readonly detail?: string | undefined
}

/** Kinds after which entering a code here can help; after the others the next step is somewhere else. */
const CODE_ENTRY_HELPS: ReadonlySet<ErrorKind> = new Set([
  'csrf',
  'not_entered',
  'not_found',
  'unavailable',
  'invalid',
  'sign_in_ended',
  'sign_in_refused',
])

/** Says what happened and what to do now. */
export function errorPage(view: ErrorView): string {
  const words = messagesOf(view).errors[view.kind]
  const again = CODE_ENTRY_HELPS.has(view.kind)
  const body = html`<h1>${words.title}</h1>
<p class="lead">${words.what}</p>
<p>${words.next}</p>
${view.detail !== undefined && html`<p class="aside" lang="en" dir="ltr">${plainText(view.detail, 200)}</p>`}
${again && html`<p class="actions"><a class="main" href="${view.base}/device">${messagesOf(view).codeEntry}</a></p>`}`
  return page(view, { title: words.title, body })
}
