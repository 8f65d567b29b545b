/** One thing that acts for the person: what it is, what it may do, since when and from where. What it says of itself is marked as unverified. */
import type { DecideView } from '../decide.ts'
import type { Whereabouts } from '../../ports/notices.ts'
import type { Place } from '../../ports/places.ts'
import { fact, LONGEST_NAME, near, provenance, technical } from '../decide-facts.ts'
import { type Fragment, type Html, html } from '../html.ts'
import { messagesOf } from '../layout.ts'
import { plainText } from '../plain-text.ts'
import type { DevicesView } from './devices.ts'

export interface DeviceEntry extends Pick<DecideView, 'client' | 'scopes' | 'resources'> {
  readonly grant: string
  /** How the person calls it. */
  readonly label?: string | undefined
  /** What the device calls itself. */
  readonly deviceName?: string | undefined
  /** Where the device asked from; absent where the person's own browser brought the request. */
  readonly askedFrom?: Whereabouts | undefined
  /** The address of the browser that approved. */
  readonly approvedFrom?: string | undefined
  /** Where that roughly is, if it is known. */
  readonly approvedPlace?: Place | undefined
  readonly keyBound: boolean
  /** Seconds since it was approved, and since it last came for a token. */
  readonly approvedAgo: number
  readonly seenAgo: number
}

export function entry(view: DevicesView, device: DeviceEntry, index: number): Html {
  const words = messagesOf(view).decide
  const label = plainText(device.label ?? '', LONGEST_NAME)
  const called = plainText(device.deviceName ?? '', LONGEST_NAME)
  const clientName = plainText(device.client.name, LONGEST_NAME)
  const unverified = html`<span class="tag">${words.unverified}</span>`
  const calls = clientName === '' ? words.unnamed : words.callsItself(html`<b><bdi>${clientName}</bdi></b>`)
  const own = label !== ''
  const heading = label || called || clientName || words.unnamed
  return html`<li class="device" aria-labelledby="device-${index}">
<h2 id="device-${index}"><bdi>${heading}</bdi></h2>
<dl class="facts">
${fact(words.client, html`${calls} ${unverified}`, words.clientId(technical(device.client.id)))}
${provenance(words, device.client)}
${(own || called !== '') && fact(words.device, called === '' ? words.deviceSilent : html`${words.deviceSays(html`<b><bdi>${called}</bdi></b>`)} ${unverified}`)}
${what(view, device)}
${when(view, device)}
${fact(words.key, device.keyBound ? words.keyBound : words.keyFree)}
</dl>
${choices(view, device, index, label)}
</li>`
}

function what(view: DevicesView, { scopes, resources }: DeviceEntry): Html {
  const words = messagesOf(view)
  const told = scopes.map(({ scope, sentence }) => {
    const text = plainText(sentence, 300)
    return html`<li>${text === '' ? technical(scope) : html`<bdi>${text}</bdi> <span class="more">${technical(scope)}</span>`}</li>`
  })
  const where = resources.map(
    ({ resource, name }) => html`<li><bdi>${plainText(name, LONGEST_NAME)}</bdi> <span class="more">${technical(resource)}</span></li>`,
  )
  return html`${fact(words.devices.may, scopes.length === 0 ? words.devices.noScopes : html`<ul class="plain">${told}</ul>`)}
${fact(words.decide.at, resources.length === 0 ? words.decide.noResources : html`<ul class="plain">${where}</ul>`)}`
}

function when(view: DevicesView, { approvedAgo, approvedFrom, approvedPlace, askedFrom, seenAgo }: DeviceEntry): Html {
  const words = messagesOf(view)
  const place = (address: string): Fragment => html`<span class="address" dir="ltr">${plainText(address, 64)}</span>`
  const software = plainText(askedFrom?.userAgent ?? '', 80)
  const browser = approvedFrom !== undefined && html`${words.devices.inBrowser(place(approvedFrom))}${near(view, approvedPlace)}`
  return html`${askedFrom !== undefined && fact(words.decide.from, html`${place(askedFrom.address)}${near(view, askedFrom.place)}`, software !== '' && words.decide.software(html`<bdi>${software}</bdi>`))}
${fact(words.devices.approved, words.devices.ago(approvedAgo), browser)}
${fact(words.devices.seen, words.devices.ago(seenAgo))}`
}

function choices(view: DevicesView, device: DeviceEntry, index: number, label: string): Html {
  const words = messagesOf(view).devices
  const hidden = html`<input type="hidden" name="csrf" value="${view.csrf}">
<input type="hidden" name="page" value="devices">
<input type="hidden" name="grant" value="${device.grant}">`
  return html`<div class="device-choices">
<details><summary class="quiet" id="rename-${index}" aria-labelledby="rename-${index} device-${index}">${words.rename}</summary>
<form class="rename" method="post" action="${view.base}/devices/rename">
${hidden}
<p class="field"><label for="label-${index}">${words.label}</label>
<input id="label-${index}" name="label" type="text" autocomplete="off" dir="auto" maxlength="60" value="${label}"></p>
<p><button class="choice" type="submit">${words.save}</button></p>
</form></details>
<form method="post" action="${view.base}/devices/revoke">
${hidden}
<p><button class="choice" type="submit" id="revoke-${index}" aria-labelledby="revoke-${index} device-${index}">${words.revoke}</button></p>
</form>
</div>`
}
