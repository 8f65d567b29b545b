/** The passkeys a person signs in with: to see, to add and to remove. */
import { fact, LONGEST_NAME } from '../decide-facts.ts'
import { type Html, html } from '../html.ts'
import { checkIcon } from '../icons.ts'
import { alertText, messagesOf, page, type SignedIn, type Site, shownName, wayOutFor } from '../layout.ts'
import { plainText } from '../plain-text.ts'
import { answerFields, ceremony, failure, type PasskeyAsk } from './ceremony.ts'
import { passkeyScript } from './script.ts'

export interface PasskeyEntry {
  readonly passkey: string
  /** As the person calls it. */
  readonly name: string
  /** Seconds since it was added, and since it last signed the person in. */
  readonly addedAgo: number
  readonly usedAgo?: number | undefined
}

export interface PasskeysView extends Site, SignedIn {
  readonly passkeys: readonly PasskeyEntry[]
  /** What can be done: everything, nothing before signing in again, everything but adding one more. */
  readonly change: { readonly add: PasskeyAsk } | 'sign_in_first' | 'full'
  /** What the person just did. */
  readonly done?: 'added' | 'removed' | undefined
  /** Why it was not done. `only`: there would be no way in any more. */
  readonly error?: 'refused' | 'stale' | 'only' | undefined
}

/** The list; its forms post `passkey` or the answer of a new one and its `name`, with `csrf`, to `passkeys/remove` and `passkeys/add`. */
export function passkeysPage(view: PasskeysView): string {
  const words = messagesOf(view).passkeys
  const { change, done, error, passkeys } = view
  const body = html`<h1>${words.title}</h1>
<p class="lead">${words.lead(html`<strong>${shownName(view.approverName)}</strong>`)}</p>
${done !== undefined && html`<p class="told" role="status">${checkIcon} <span>${words.done[done]}</span></p>`}
${alertText('not-done', error && words.errors[error])}
${passkeys.length === 0 ? html`<p>${words.none}</p>` : html`<ul class="devices">${passkeys.map((each, index) => entry(view, each, index))}</ul>`}
${typeof change === 'object' ? addition(view, change.add) : html`<p class="aside">${change === 'full' ? words.full : words.signInFirst}</p>`}
${change === 'sign_in_first' && again(view)}`
  const head = typeof change === 'object' ? passkeyScript : undefined
  return page(view, { title: words.title, head, body, wayOut: wayOutFor(view), toDevices: true })
}

function entry(view: PasskeysView, { passkey, name, addedAgo, usedAgo }: PasskeyEntry, index: number): Html {
  const { devices, passkeys: words } = messagesOf(view)
  return html`<li class="device" aria-labelledby="passkey-${index}">
<h2 id="passkey-${index}"><bdi>${plainText(name, LONGEST_NAME) || words.unnamed}</bdi></h2>
<dl class="facts">
${fact(words.added, devices.ago(addedAgo))}
${fact(words.used, usedAgo === undefined ? words.never : devices.ago(usedAgo))}
</dl>
${view.change !== 'sign_in_first' && removal(view, passkey, index)}
</li>`
}

function removal(view: PasskeysView, passkey: string, index: number): Html {
  return html`<div class="device-choices"><form method="post" action="${view.base}/passkeys/remove">
${carried(view)}
<input type="hidden" name="passkey" value="${passkey}">
<p><button class="choice" type="submit" id="remove-${index}" aria-labelledby="remove-${index} passkey-${index}">${messagesOf(view).passkeys.remove}</button></p>
</form></div>`
}

function addition(view: PasskeysView, ask: PasskeyAsk): Html {
  const words = messagesOf(view).passkeys
  return html`<section class="addition" aria-labelledby="add"><h2 id="add">${words.add}</h2>
<p id="no-passkeys">${words.needs}</p>
<form method="post" action="${view.base}/passkeys/add" ${ceremony(ask)}>
${carried(view)}
${answerFields(ask)}
<p class="field"><label for="name">${messagesOf(view).devices.label}</label>
<input id="name" name="name" type="text" autocomplete="off" dir="auto" required maxlength="60" aria-describedby="name-hint">
<span class="hint" id="name-hint">${words.nameHint}</span></p>
${failure(words.failed)}
${failure(words.exists, 'InvalidStateError')}
<p class="actions"><button class="main" type="submit">${words.add}</button></p>
</form></section>`
}

function again(view: PasskeysView): Html {
  return html`<p class="actions"><a class="main" href="${view.base}/sign-in?page=passkeys&amp;again=yes">${messagesOf(view).decide.signInAgain}</a></p>`
}

/** What every form carries. */
function carried({ csrf }: PasskeysView): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}">
<input type="hidden" name="page" value="passkeys">`
}
