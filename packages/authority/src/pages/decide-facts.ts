/** What is known about a request, told so that a stranger's request looks strange. Whatever the client says of itself is marked as unverified. */
import type { DecideView } from './decide.ts'
import { type Fragment, type Html, html } from './html.ts'
import { jointed } from './joints.ts'
import { messagesOf, type Site } from './layout.ts'
import type { Place } from '../ports/places.ts'
import { placeInWords } from './place.ts'
import { plainText } from './plain-text.ts'

/** Names longer than this are cut: a name is not the place for a sentence that argues for itself. */
export const LONGEST_NAME = 60

/** Who asks, from where and when (RFC 8628 section 5.4, RFC 10027 section 6.1.14). */
export function facts(view: DecideView): Html {
  const words = messagesOf(view).decide
  const { device, client } = view
  const unverified = html`<span class="tag">${words.unverified}</span>`
  const clientName = plainText(client.name, LONGEST_NAME)
  const deviceName = plainText(device.name ?? '', LONGEST_NAME)
  const software = plainText(device.userAgent ?? '', 80)
  const calls = clientName === '' ? words.unnamed : words.callsItself(html`<b><bdi>${clientName}</bdi></b>`)
  const says = deviceName === '' ? words.deviceSilent : html`${words.deviceSays(html`<b><bdi>${deviceName}</bdi></b>`)} ${unverified}`
  return html`<dl class="facts">
${fact(words.client, html`${calls} ${unverified}`, words.clientId(technical(client.id)))}
${provenance(view)}
${fact(words.device, says, software !== '' && words.software(html`<bdi>${software}</bdi>`))}
${fact(words.from, html`<b class="address" dir="ltr">${plainText(device.address, 64)}</b>${near(view, device.place)}`, network(view))}
${view.browserPlace !== undefined && fact(words.thisBrowser, near(view, view.browserPlace))}
${fact(words.asked, html`<b>${words.ago(view.ageSeconds)}</b>`, words.stillOpen(view.remainingSeconds))}
${fact(words.key, device.keyBound ? words.keyBound : words.keyFree)}
</dl>`
}

/**
 * Where the description of the client was found: the one thing about it that was checked, so it stands out beside the name
 * (CIMD draft section 6.4); or that nobody but the client itself described it (RFC 7591 section 5). A host is shown as it is on the wire: no letters that look like others.
 */
export function provenance(view: Site & Pick<DecideView, 'client'>): Html | false {
  const words = messagesOf(view).decide
  const { document, selfRegistered } = view.client
  if (document === undefined) return selfRegistered === true && fact(words.registered, words.registeredItself)
  const host = html`<b class="address" dir="ltr">${plainText(document.host, 260)}</b> <span class="tag">${words.verified}</span>`
  return fact(words.published, host, words.publishedWhy)
}

/** Told in words, and heavier when the two differ: RFC 8628 section 5.4 wants a stranger's device to be noticed. */
function network(view: DecideView): Fragment {
  const words = messagesOf(view).decide
  if (view.device.sameNetwork === undefined) return words.unknownNetwork
  return view.device.sameNetwork ? words.sameNetwork : html`<strong class="notice">${words.otherNetwork}</strong>`
}

/** Where an address roughly is, on a line of its own. */
export function near(site: Site, place: Place | undefined): Html | false {
  const words = messagesOf(site)
  return place !== undefined && html` <span class="near">${words.decide.near(html`<bdi>${placeInWords(place, words)}</bdi>`)}</span>`
}

/** Each permission as a box to untick, with a sentence and its technical name; and the servers where it will count. */
export function askedFor(
  view: Site & Pick<DecideView, 'scopes' | 'resources' | 'signInAgain'> & { readonly error?: DecideView['error'] },
): Html {
  const words = messagesOf(view).decide
  const faulty =
    view.error === 'nothing_ticked' ? { 'aria-describedby': 'problem', 'aria-invalid': 'true' } : { 'aria-describedby': 'untick' }
  const scopes = view.scopes.map(({ scope, sentence, ticked, risky }, index) => {
    const told = plainText(sentence, 300)
    const care = risky === true && html` <span class="tag">${words.risky}</span>`
    const name =
      told === '' ? html`${technical(scope)}${care}` : html`<bdi>${told}</bdi>${care} <span class="more">${technical(scope)}</span>`
    if (view.signInAgain === true) return html`<li>${name}</li>`
    return html`<li><input type="checkbox" id="scope-${index}" name="scope" value="${plainText(scope, 4096)}" ${{ checked: ticked, ...faulty }}><label for="scope-${index}">${name}</label></li>`
  })
  const resources = view.resources.map(
    ({ resource, name }) =>
      html`<li><b><bdi>${plainText(name, LONGEST_NAME)}</bdi></b> <span class="more">${technical(resource)}</span></li>`,
  )
  return html`${
    scopes.length === 0
      ? html`<p>${words.noScopes}</p>`
      : view.signInAgain === true
        ? html`<ul class="resources">${scopes}</ul>`
        : html`<p class="hint" id="untick">${words.untick}</p>
<ul class="scopes">${scopes}</ul>`
  }
<h3>${words.at}</h3>
${resources.length === 0 ? html`<p>${words.noResources}</p>` : html`<ul class="resources">${resources}</ul>`}`
}

/** One line of facts: what it is about, what is told, and a note. */
export function fact(term: string, told: Fragment, more: Fragment = false): Html {
  return html`<div><dt>${term}</dt><dd>${told}${more !== false && html` <span class="more">${more}</span>`}</dd></div>`
}

/** A name from the wire: never bent by the direction of the text around it, and broken at its joints when it is long. */
export function technical(value: string): Html {
  return html`<code dir="ltr">${jointed(plainText(value, 200))}</code>`
}
