/** The sign-in page for local accounts. One answer for every refusal: it tells nobody which names exist. */
import type { Errand } from '../errand.ts'
import { html } from './html.ts'
import { alertText, messagesOf, page, type Site } from './layout.ts'
import { plainText } from './plain-text.ts'

export interface SignInView extends Site {
  readonly csrf: string
  /** What the person came for, carried along. */
  readonly errand?: Errand | undefined
  /** `refused`: wrong name or password, disabled or unknown account alike. `stale`: the form secret was not right. */
  readonly error?: 'refused' | 'limited' | 'stale' | undefined
  /** The name typed before. */
  readonly name?: string | undefined
}

/** Name and password, posted to `sign-in` as `name`, `password`, `csrf` and, when there is one, the errand. */
export function signInPage(view: SignInView): string {
  const words = messagesOf(view).signIn
  const lead = { user_code: words.lead, request: words.leadForProgram, page: words.leadForDevices }
  const caution = { user_code: words.onlyIfYou, request: words.onlyIfYouForProgram, page: undefined }
  const cameFor = view.errand?.name ?? 'user_code'
  const body = html`<h1>${words.title}</h1>
<p class="lead">${lead[cameFor]}</p>
<form method="post" action="${view.base}/sign-in">
<input type="hidden" name="csrf" value="${view.csrf}">
${view.errand === undefined ? undefined : html`<input type="hidden" name="${view.errand.name}" value="${plainText(view.errand.value, 64)}">`}
${alertText('problem', view.error && words.errors[view.error])}
<p class="field"><label for="name">${words.name}</label>
<input id="name" name="name" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" dir="auto" required maxlength="256" ${faulty(view)} value="${plainText(view.name ?? '', 256)}"></p>
<p class="field"><label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024" ${faulty(view)}></p>
<p class="actions"><button class="main" type="submit">${words.submit}</button></p>
</form>
${caution[cameFor] !== undefined && html`<p class="aside">${caution[cameFor]}</p>`}`
  return page(view, { title: words.title, body })
}

function faulty(view: SignInView) {
  if (view.error === undefined) return {}
  return { 'aria-describedby': 'problem', 'aria-invalid': view.error === 'refused' ? 'true' : undefined }
}
