/** The sign-in page: the places where people can sign in, and the password of a local account. One answer for every refusal: it tells nobody which names exist. */
import type { Errand } from '../browser/errand.ts'
import { type Html, html } from './html.ts'
import { alertText, messagesOf, page, type Site, shownName } from './layout.ts'
import { plainText } from './plain-text.ts'

export interface SignInView extends Site {
  readonly csrf: string
  /** What the person came for, carried along. */
  readonly errand?: Errand | undefined
  /** `refused`: wrong name or password, disabled or unknown account alike. `stale`: the form secret was not right. */
  readonly error?: 'refused' | 'limited' | 'stale' | undefined
  /** The name typed before. */
  readonly name?: string | undefined
  /** The person of this name is signed in, and proves it once more. */
  readonly again?: boolean | undefined
  /** Other places to sign in: each a button that posts to its path below the issuer. */
  readonly alternatives?: readonly { readonly name: string; readonly path: string }[] | undefined
  /** Whether there is a form for a password; there is, unless this says no. */
  readonly passwords?: boolean | undefined
}

/** A form for each way to sign in. All carry `csrf` and, when there is one, the errand; the one for the password posts `name` and `password` to `sign-in`. */
export function signInPage(view: SignInView): string {
  const words = messagesOf(view).signIn
  const title = view.again === true ? words.titleAgain : words.title
  const lead = { user_code: words.lead, entered: words.lead, request: words.leadForProgram, page: words.leadForDevices }
  const caution = { user_code: words.onlyIfYou, entered: words.onlyIfYou, request: words.onlyIfYouForProgram, page: undefined }
  const cameFor = view.errand?.name ?? 'user_code'
  const passwords = view.passwords !== false
  const body = html`<h1>${title}</h1>
<p class="lead">${view.again === true ? words.leadAgain : lead[cameFor]}</p>
${!passwords && alertText('problem', view.error && words.errors[view.error])}
${view.alternatives?.map(({ name, path }) => alternative(view, name, path))}
${passwords && passwordForm(view)}
${caution[cameFor] !== undefined && html`<p class="aside">${caution[cameFor]}</p>`}`
  return page(view, { title, body })
}

function alternative(view: SignInView, name: string, path: string): Html {
  return html`<form method="post" action="${view.base + path}">
${carried(view)}
<p class="actions"><button class="main" type="submit"><span>${messagesOf(view).signIn.with(shownName(name))}</span></button></p>
</form>`
}

function passwordForm(view: SignInView): Html {
  const words = messagesOf(view).signIn
  const again = view.again === true
  return html`<form method="post" action="${view.base}/sign-in">
${carried(view)}
${again && html`<input type="hidden" name="again" value="yes">`}
${alertText('problem', view.error && words.errors[view.error])}
<p class="field"><label for="name">${words.name}</label>
<input id="name" name="name" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" dir="auto" required maxlength="256" ${{ readonly: again, ...faulty(view) }} value="${plainText(view.name ?? '', 256)}"></p>
<p class="field"><label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024" ${faulty(view)}></p>
<p class="actions"><button class="main" type="submit">${again ? words.submitAgain : words.submit}</button></p>
</form>`
}

/** What every form carries. */
function carried({ csrf, errand }: SignInView): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}">
${errand === undefined ? undefined : html`<input type="hidden" name="${errand.name}" value="${plainText(errand.value, 64)}">`}`
}

function faulty(view: SignInView) {
  if (view.error === undefined) return {}
  return { 'aria-describedby': 'problem', 'aria-invalid': view.error === 'refused' ? 'true' : undefined }
}
