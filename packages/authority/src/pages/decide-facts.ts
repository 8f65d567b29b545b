/** What is known about a request, told so that a stranger's request looks strange. Whatever the client says of itself is marked as unverified. */
import type { DecideView } from './decide.ts'
import { type Fragment, type Html, html } from './html.ts'
import { messagesOf } from './layout.ts'
import { plainText } from './plain-text.ts'

/** Who asks, from where and when (RFC 8628 section 5.4, RFC 10027 section 6.1.14). */
export function facts(view: DecideView): Html {
  const words = messagesOf(view).decide
  const { device, client } = view
  const unverified = html` <span class="tag">${words.unverified}</span>`
  const clientName = plainText(client.name, 80)
  const deviceName = plainText(device.name ?? '', 80)
  const userAgent = plainText(device.userAgent ?? '', 80)
  const network = device.sameNetwork === undefined ? words.unknownNetwork : device.sameNetwork ? words.sameNetwork : words.otherNetwork
  return html`<dl class="facts">
${fact(
  words.client,
  html`${clientName === '' ? words.unnamed : words.callsItself(html`<b><bdi>${clientName}</bdi></b>`)}${unverified}
<span class="more">${words.clientId(technical(client.id))}</span>`,
)}
${fact(words.device, deviceName === '' ? words.deviceSilent : html`${words.deviceSays(html`<b><bdi>${deviceName}</bdi></b>`)}${unverified}`)}
${fact(
  words.from,
  html`<b class="address" dir="ltr">${plainText(device.address, 64)}</b>
<span ${{ class: device.sameNetwork === false ? 'more notice' : 'more' }}>${network}</span>`,
)}
${userAgent !== '' && fact(words.software, html`<bdi>${userAgent}</bdi>${unverified}`)}
${fact(words.asked, html`<b>${words.ago(view.ageSeconds)}</b>`)}
${fact(words.expires, words.within(view.remainingSeconds))}
${fact(words.key, device.keyBound ? words.keyBound : words.keyFree)}
</dl>`
}

/** Each permission as a sentence with its technical name, and the servers where it will count. */
export function askedFor(view: DecideView): Html {
  const words = messagesOf(view).decide
  const scopes = view.scopes.map(
    ({ scope, sentence }) => html`<li>${plainText(sentence, 300) || technical(scope)} <span class="more">${technical(scope)}</span></li>`,
  )
  const resources = view.resources.map(
    ({ resource, name }) => html`<li><b><bdi>${plainText(name, 80)}</bdi></b> <span class="more">${technical(resource)}</span></li>`,
  )
  return html`${scopes.length === 0 ? html`<p>${words.noScopes}</p>` : html`<ul class="scopes">${scopes}</ul>`}
<h3>${words.at}</h3>
${resources.length === 0 ? html`<p>${words.noResources}</p>` : html`<ul class="resources">${resources}</ul>`}`
}

function fact(term: string, told: Fragment): Html {
  return html`<div><dt>${term}</dt><dd>${told}</dd></div>`
}

/** A name from the wire: never bent by the direction of the text around it, and broken anywhere when it is long. */
function technical(value: string): Html {
  return html`<code dir="ltr">${plainText(value, 200)}</code>`
}
