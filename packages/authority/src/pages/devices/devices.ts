/** Everything a person has approved, with the way to take it back. What the consequence line of the decision promised is kept here. */
import { type Html, html } from '../html.ts'
import { checkIcon } from '../icons.ts'
import { messagesOf, page, type SignedIn, type Site, shownName, wayOutFor } from '../layout.ts'
import { type DeviceEntry, entry } from './entry.ts'

export interface DevicesView extends Site, SignedIn {
  /** The latest first. */
  readonly devices: readonly DeviceEntry[]
  /** How many more there are. */
  readonly notShown: number
  /** Seconds that a token given out before may still be good where nobody asks us. */
  readonly accessTokenLife: number
  /** Where the person finds their passkeys, below the issuer, if there are such. */
  readonly passkeysPath?: string | undefined
  /** What the person just did. */
  readonly done?: 'revoked' | 'revoked_all' | 'renamed' | undefined
}

/** The list; its forms post `grant` (and `label`) with `csrf` to `devices/revoke`, `devices/rename` and `devices/revoke-all`. */
export function devicesPage(view: DevicesView): string {
  const words = messagesOf(view).devices
  const empty = view.devices.length === 0
  const body = html`<h1>${words.title}</h1>
<p class="lead">${words.lead(html`<strong>${shownName(view.approverName)}</strong>`)}</p>
${view.done !== undefined && html`<p class="told" role="status">${checkIcon} <span>${words.done[view.done](view.accessTokenLife)}</span></p>`}
${empty ? nothing(view) : html`<ul class="devices">${view.devices.map((device, index) => entry(view, device, index))}</ul>`}
${view.notShown > 0 && html`<p>${words.notShown(view.notShown)}</p>`}
${!empty && all(view)}
${view.passkeysPath !== undefined && html`<p class="aside"><a class="link" href="${view.base + view.passkeysPath}">${messagesOf(view).passkeys.seeAll}</a></p>`}`
  return page(view, { title: words.title, body, wayOut: wayOutFor(view), width: empty ? undefined : 'wide' })
}

function nothing(view: DevicesView): Html {
  const words = messagesOf(view).devices
  return html`<p>${words.none}</p>
<p class="actions"><a class="main" href="${view.base}/device">${messagesOf(view).codeEntry}</a></p>`
}

/** Behind one more press, since it cannot be undone; and without a script. */
function all(view: DevicesView): Html {
  const words = messagesOf(view).devices
  return html`<details class="aside all"><summary class="quiet">${words.revokeAll}</summary>
<form method="post" action="${view.base}/devices/revoke-all">
<input type="hidden" name="csrf" value="${view.csrf}">
<input type="hidden" name="page" value="devices">
<p>${words.revokeAllWhy}</p>
<p><button class="choice" type="submit">${words.revokeAllNow}</button></p>
</form></details>`
}
