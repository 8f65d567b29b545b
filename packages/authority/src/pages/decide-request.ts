/**
 * The page where a person answers a program that sent them here (OAuth 2.1 section 4.1.1). There is no code to compare: what tells a
 * stranger's request from one's own is who asks and where the answer goes. As on the other page, the button that Enter presses denies.
 */
import { type DecideView, signInFirst } from './decide.ts'
import { askedFor, fact, LONGEST_NAME, provenance, technical } from './decide-facts.ts'
import { type Html, html } from './html.ts'
import { checkIcon, crossIcon, haltIcon } from './icons.ts'
import { jointed } from './joints.ts'
import { alertText, messagesOf, page, type SignedIn, type Site, shownName, wayOutFor } from './layout.ts'
import { plainText } from './plain-text.ts'

export interface DecideRequestView
  extends Site,
    SignedIn,
    Pick<DecideView, 'client' | 'scopes' | 'resources' | 'signInAgain' | 'ageSeconds' | 'remainingSeconds'> {
  readonly error?: 'nothing_ticked' | undefined
  /** The id of the authorization request. */
  readonly request: string
  readonly redirect: {
    readonly uri: string
    /** `web`: another server. `here`: a port of this computer. `scheme`: whatever program has claimed the scheme. */
    readonly to: 'web' | 'here' | 'scheme'
    /** The host as it is sent on the wire, with a port that is not the usual one; the scheme of a private-use one. */
    readonly place: string
  }
  /** Every redirect URI of the client leads to this computer, so nothing tells which program it is. */
  readonly loopbackOnly: boolean
}

/** Who, where it goes back to, and what for; posted to `authorize/decide` as `decision` (`deny` or `approve`), `scope`, `request` and `csrf`. */
export function decideRequestPage(view: DecideRequestView): string {
  const words = messagesOf(view).decideRequest
  const shared = messagesOf(view).decide
  const name = plainText(view.client.name, LONGEST_NAME)
  const client = html`<strong class="self">${name === '' ? shared.unnamed : html`<bdi>${name}</bdi>`}</strong>`
  const body = html`<h1>${words.title}</h1>
<p class="lead">${words.lead(client, html`<strong>${shownName(view.approverName)}</strong>`)}</p>
<div class="columns">
<div>
<section aria-labelledby="back">
<h2 id="back">${words.goesBack}</h2>
${goesBack(view)}
</section>
<section aria-labelledby="who"><h2 id="who">${words.whoAsks}</h2>
${whoAsks(view, name)}
</section>
</div>
${answer(
  view,
  html`<section aria-labelledby="may"><h2 id="may">${shared.may}</h2>
${askedFor(shared, view)}
<p class="consequence">${words.consequence(client)}</p>
</section>
${warning(view)}`,
)}
</div>`
  const wayOut = wayOutFor({ ...view, errand: { name: 'request', value: view.request } })
  return page(view, { title: words.title, body, wayOut, width: 'wide' })
}

/** MCP security best practices: the host of the redirect URI stands out, because the name is only what the client calls itself. */
function goesBack(view: DecideRequestView): Html {
  const words = messagesOf(view).decideRequest
  const { uri, to, place } = view.redirect
  const shown = html`<bdi>${plainText(place, 260)}</bdi>`
  const told = { web: words.goesBackTo(shown), here: words.goesBackHere, scheme: words.goesBackProgram(shown) }[to]
  return html`<p class="plate place">${told}</p>
<p><span class="more">${words.whole(technical(uri))}</span></p>`
}

function whoAsks(view: DecideRequestView, name: string): Html {
  const words = messagesOf(view).decide
  const unverified = html`<span class="tag">${words.unverified}</span>`
  const calls = name === '' ? words.unnamed : words.callsItself(html`<b><bdi>${name}</bdi></b>`)
  return html`<dl class="facts">
${fact(words.client, html`${calls} ${unverified}`, words.clientId(technical(view.client.id)))}
${provenance(words, view.client)}
${fact(words.asked, html`<b>${words.ago(view.ageSeconds)}</b>`, words.stillOpen(view.remainingSeconds))}
</dl>`
}

function warning(view: DecideRequestView): Html {
  const words = messagesOf(view).decideRequest
  const contact = plainText(view.operator?.contact ?? '', 120)
  return html`<div class="warning" id="phishing">${haltIcon}
<div>${
    view.loopbackOnly &&
    html`<p><strong>${words.local}</strong></p>
<p>${words.localWhy}</p>`
  }
<p><strong>${words.started}</strong></p>
<p>${words.startedWhy}</p>
${contact !== '' && html`<p>${messagesOf(view).decide.report(html`<bdi>${jointed(contact)}</bdi>`)}</p>`}</div></div>`
}

function answer(view: DecideRequestView, about: Html): Html {
  const words = messagesOf(view).decide
  return html`<form class="answer" method="post" action="${view.base}/authorize/decide" aria-label="${words.yourAnswer}" aria-describedby="phishing">
<input type="hidden" name="csrf" value="${view.csrf}">
<input type="hidden" name="request" value="${view.request}">
${about}
${
  view.signInAgain === true
    ? signInFirst(words)
    : html`${alertText('problem', view.error && words.errors[view.error])}
<p class="choices">
<button class="choice" type="submit" name="decision" value="deny">${crossIcon} ${words.deny}</button>
<button class="choice" type="submit" name="decision" value="approve">${checkIcon} ${words.approve}</button>
</p>`
}
</form>`
}
