/** The sign-in page: the places where people can sign in, and the password of a local account. One answer for every refusal: it tells nobody which names exist. */
import type { Errand } from '../browser/errand.ts'
import { type Html, html } from './html.ts'
import { alertText, messagesOf, page, type Site, shownName } from './layout.ts'
import { answerFields, ceremony, failure, type PasskeyAsk } from './passkeys/ceremony.ts'
import { passkeyScript } from './passkeys/script.ts'
import { plainText } from './plain-text.ts'

export interface SignInView extends Site {
  readonly csrf: string
  /** What the person came for, carried along. */
  readonly errand?: Errand | undefined
  /** `refused`: wrong name or password, disabled or unknown account alike; so with passkeys. `stale`: the form secret was not right. */
  readonly error?: 'refused' | 'passkey_refused' | 'limited' | 'stale' | undefined
  /** The name typed before. */
  readonly name?: string | undefined
  /** The person of this name is signed in, and proves it once more. */
  readonly again?: boolean | undefined
  /** Other places to sign in: each a button that posts to its path below the issuer. */
  readonly alternatives?: readonly { readonly name: string; readonly path: string }[] | undefined
  /** Whether there is a form for a password; there is, unless this says no. */
  readonly passwords?: boolean | undefined
  /** A passkey will do as well. */
  readonly passkey?: PasskeyAsk | undefined
}

/**
 * A form for each way to sign in. All carry `csrf` and, when there is one, the errand; the one for the password posts `name` and `password`
 * to `sign-in`, the one for a passkey its answer to `sign-in/passkey`.
 */
export function signInPage(view: SignInView): string {
  const words = messagesOf(view).signIn
  const title = view.again === true ? words.titleAgain : words.title
  const leadForPage = view.errand?.value === 'passkeys' ? words.leadForPasskeys : words.leadForDevices
  const lead = { user_code: words.lead, entered: words.lead, request: words.leadForProgram, page: leadForPage }
  const caution = { user_code: words.onlyIfYou, entered: words.onlyIfYou, request: words.onlyIfYouForProgram, page: undefined }
  const cameFor = view.errand?.name ?? 'user_code'
  const passwords = view.passwords !== false
  const body = html`<h1>${title}</h1>
<p class="lead">${view.again === true ? words.leadAgain : lead[cameFor]}</p>
${!isAboutPassword(view) && alertText('problem', view.error && words.errors[view.error])}
${view.alternatives?.map(({ name, path }) => alternative(view, name, path))}
${view.passkey !== undefined && passkeyForm(view, view.passkey)}
${passwords && passwordForm(view)}
${caution[cameFor] !== undefined && html`<p class="aside">${caution[cameFor]}</p>`}`
  return page(view, { title, head: view.passkey && passkeyScript, body })
}

/** Whether a problem stands beside the fields for name and password. */
function isAboutPassword({ error, passwords }: SignInView): boolean {
  return passwords !== false && error !== 'passkey_refused'
}

function passkeyForm(view: SignInView, ask: PasskeyAsk): Html {
  const words = messagesOf(view).signIn
  const described = view.error !== undefined && !isAboutPassword(view) ? { 'aria-describedby': 'problem' } : {}
  return html`<form method="post" action="${view.base}/sign-in/passkey" ${ceremony(ask)}>
${carried(view)}
${answerFields(ask)}
${failure(words.passkeyFailed)}
<p class="actions"><button class="main" type="submit" ${described}>${view.again === true ? words.passkeyAgain : words.passkey}</button></p>
</form>`
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
${isAboutPassword(view) && alertText('problem', view.error && words.errors[view.error])}
<p class="field"><label for="name">${words.name}</label>
<input id="name" name="name" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" dir="auto" required maxlength="256" ${{ readonly: again, ...faulty(view) }} value="${plainText(view.name ?? '', 256)}"></p>
<p class="field"><label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024" ${faulty(view)}></p>
<p class="actions"><button class="main" type="submit">${again ? words.submitAgain : words.submit}</button></p>
</form>`
}

/** What every form carries. */
function carried({ again, csrf, errand }: SignInView): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}">
${again === true && html`<input type="hidden" name="again" value="yes">`}
${errand === undefined ? undefined : html`<input type="hidden" name="${errand.name}" value="${plainText(errand.value, 64)}">`}`
}

function faulty(view: SignInView) {
  if (view.error === undefined || !isAboutPassword(view)) return {}
  return { 'aria-describedby': 'problem', 'aria-invalid': view.error === 'refused' ? 'true' : undefined }
}
