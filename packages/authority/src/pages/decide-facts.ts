/** What is known about a request, told so that a stranger's request looks strange. Whatever the client says of itself is marked as unverified. */
import type { DecideView } from './decide.ts'
import { type Fragment, type Html, html, type SlotOf } from './html.ts'
import { jointed } from './joints.ts'
import { messagesOf, type Shown, type Site } from './layout.ts'
import type { DecideMessages } from './messages/messages.ts'
import type { Place } from '../ports/places.ts'
import { placeInWords } from './place.ts'
import { plainText } from './plain-text.ts'

/** Names longer than this are cut: a name is not the place for a sentence that argues for itself. */
export const LONGEST_NAME = 60

/** Who asks, from where and when (RFC 8628 section 5.4, RFC 10027 section 6.1.14). */
export function facts(site: Site, slot: SlotOf<Shown<DecideView>>): Html {
  const words = messagesOf(site).decide
  const unverified = html`<span class="tag">${words.unverified}</span>`
  const called = html`<b><bdi>${slot(({ client }) => plainText(client.name, LONGEST_NAME))}</bdi></b>`
  const calls = html`${words.callsItself(called)}`
  const says = html`${words.deviceSays(html`<b><bdi>${slot(({ device }) => deviceName(device))}</bdi></b>`)} ${unverified}`
  const uses = noted(words.software(html`<bdi>${slot(({ device }) => softwareOf(device))}</bdi>`))
  const address = html`<b class="address" dir="ltr">${slot(({ device }) => plainText(device.address, 64))}</b>`
  return html`<dl class="facts">
${fact(
  words.client,
  html`${slot(({ client }) => (plainText(client.name, LONGEST_NAME) === '' ? words.unnamed : calls))} ${unverified}`,
  words.clientId(slot(({ client }) => technical(client.id))),
)}
${slot(({ client }) => provenance(words, client))}
${fact(
  words.device,
  slot(({ device }) => [deviceName(device) === '' ? words.deviceSilent : says, softwareOf(device) !== '' && uses]),
)}
${fact(words.from, html`${address}${slot(({ device }) => near(site, device.place))}`, networkIn(words, slot))}
${slot(({ browserPlace }) => browserPlace !== undefined && fact(words.thisBrowser, near(site, browserPlace)))}
${fact(
  words.asked,
  html`<b>${slot(({ ageSeconds }) => words.ago(ageSeconds))}</b>`,
  slot(({ remainingSeconds }) => words.stillOpen(remainingSeconds)),
)}
${fact(
  words.key,
  slot(({ device }) => (device.keyBound ? words.keyBound : words.keyFree)),
)}
</dl>`
}

const deviceName = ({ name }: DecideView['device']) => plainText(name ?? '', LONGEST_NAME)
const softwareOf = ({ userAgent }: DecideView['device']) => plainText(userAgent ?? '', 80)

/**
 * Where the description of the client was found: the one thing about it that was checked, so it stands out beside the name
 * (CIMD draft section 6.4); or that nobody but the client itself described it (RFC 7591 section 5). A host is shown as it is on the wire: no letters that look like others.
 */
export function provenance(words: DecideMessages, { document, selfRegistered }: DecideView['client']): Html | false {
  if (document === undefined) return selfRegistered === true && fact(words.registered, words.registeredItself)
  const host = html`<b class="address" dir="ltr">${plainText(document.host, 260)}</b> <span class="tag">${words.verified}</span>`
  return fact(words.published, host, words.publishedWhy)
}

/** Told in words, and heavier when the two differ: RFC 8628 section 5.4 wants a stranger's device to be noticed. */
function networkIn(words: DecideMessages, slot: SlotOf<Shown<DecideView>>): Fragment {
  const other = html`<strong class="notice">${words.otherNetwork}</strong>`
  return slot(({ device: { sameNetwork } }) => {
    if (sameNetwork === undefined) return words.unknownNetwork
    return sameNetwork ? words.sameNetwork : other
  })
}

/** Where an address roughly is, on a line of its own. */
export function near(site: Site, place: Place | undefined): Html | false {
  const words = messagesOf(site)
  return place !== undefined && html` <span class="near">${words.decide.near(html`<bdi>${placeInWords(place, words)}</bdi>`)}</span>`
}

/** Each permission as a box to untick, with a sentence and its technical name; and the servers where it will count. */
export function askedFor(
  words: DecideMessages,
  view: Pick<DecideView, 'scopes' | 'resources' | 'signInAgain'> & { readonly error?: DecideView['error'] },
): Html {
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

/** `askedFor` of what is asked for again and again: written once for each list of scopes, as long as it is the same list. */
export function askedForOnce(words: DecideMessages): (view: Shown<DecideView>) => Html {
  const known = new WeakMap<DecideView['scopes'], { readonly resources: DecideView['resources']; readonly written: Html }>()
  return (view) => {
    const { scopes, resources } = view
    if (view.signInAgain === true || view.error !== undefined) return askedFor(words, view)
    const before = known.get(scopes)
    if (before?.resources === resources) return before.written
    const written = askedFor(words, view)
    known.set(scopes, { resources, written })
    return written
  }
}

/** One line of facts: what it is about, what is told, and a note. */
export function fact(term: string, told: Fragment, more: Fragment = false): Html {
  return html`<div><dt>${term}</dt><dd>${told}${more !== false && noted(more)}</dd></div>`
}

function noted(more: Fragment): Html {
  return html` <span class="more">${more}</span>`
}

/** A name from the wire: never bent by the direction of the text around it, and broken at its joints when it is long. */
export function technical(value: string): Html {
  return html`<code dir="ltr">${jointed(plainText(value, 200))}</code>`
}
