/**
 * The page where a person says yes or no. It shows everything needed to notice a request one did not start, and it never helps to approve:
 * the first button, the one that Enter presses, denies; approving takes a tick and a deliberate press; both buttons look the same.
 */
import { askedForOnce, facts, LONGEST_NAME } from './decide-facts.ts'
import { type Attributes, type Html, html, type SlotOf, type Template, templateOf } from './html.ts'
import { checkIcon, crossIcon, haltIcon } from './icons.ts'
import { jointed } from './joints.ts'
import { alertText, document, messagesOf, type Shown, type SignedIn, type Site, shownName } from './layout.ts'
import type { DecideMessages } from './messages/messages.ts'
import { isOtherCountry } from '../approval/distance.ts'
import type { Place } from '../ports/places.ts'
import { countryInWords } from './place.ts'
import { plainText } from './plain-text.ts'

/** Everything the person needs to recognise the request, or not. */
export interface DecideView extends Site, SignedIn {
  /** As the device shows it: `WDJ-BMJ-HTL`. */
  readonly userCode: string
  /** As registered. The name is what the client calls itself. */
  readonly client: {
    readonly id: string
    readonly name: string
    /** It is described by a document on this host. `provesKey`: it also proves to hold the key published there. */
    readonly document?: { readonly host: string; readonly provesKey: boolean } | undefined
    /** It registered itself. */
    readonly selfRegistered?: boolean
  }
  /** Each permission in words and by its name on the wire, and whether its box is ticked. */
  readonly scopes: readonly { readonly scope: string; readonly sentence: string; readonly ticked: boolean; readonly risky?: boolean }[]
  readonly resources: readonly { readonly resource: string; readonly name: string }[]
  readonly device: {
    /** What the device calls itself, unverified. */
    readonly name?: string | undefined
    readonly address: string
    readonly userAgent?: string | undefined
    /** Where the address roughly is, if that is known. */
    readonly place?: Place | undefined
    /** Whether device and browser share a network; `undefined` when that cannot be told. */
    readonly sameNetwork?: boolean | undefined
    /** The device proved a key, and what it gets will be bound to that key. */
    readonly keyBound: boolean
  }
  /** Where the browser roughly is, if that is known. */
  readonly browserPlace?: Place | undefined
  /** How long ago the device asked. */
  readonly ageSeconds: number
  /** How long a decision is still possible. */
  readonly remainingSeconds: number
  /** Approving this takes a newer sign-in than there is; denying does not. */
  readonly signInAgain?: boolean
  /** `not_confirmed`: approved without the confirmation. `nothing_ticked`: approved, but for nothing. The server refuses both. */
  readonly error?: 'not_confirmed' | 'nothing_ticked' | undefined
}

/**
 * What, who, from where and how old; posted to `device/decide` as `decision` (`deny`, `approve`, or `again` to sign in again first), `confirmed` (`yes` when ticked),
 * `scope` (once for each that is left ticked), `user_code` and `csrf`. The endpoint refuses `approve` without `confirmed`.
 */
export function decideTemplate(site: Site): Template<Shown<DecideView>> {
  return templateOf((slot) => decision(site, slot))
}

/** The page of one view. */
export function decidePage(view: DecideView): string {
  return decideTemplate(view).fill(view)
}

function decision(site: Site, slot: SlotOf<Shown<DecideView>>): Html {
  const words = messagesOf(site).decide
  const named = html`<bdi>${slot(({ client }) => plainText(client.name, LONGEST_NAME))}</bdi>`
  const client = html`<strong class="self">${slot((view) => (plainText(view.client.name, LONGEST_NAME) === '' ? words.unnamed : named))}</strong>`
  const name = slot(({ approverName }) => shownName(approverName))
  const body = html`<h1>${words.title}</h1>
<p class="lead">${words.lead(client, html`<strong>${name}</strong>`)}</p>
${slot((view) => farWarning(site, view))}
<div class="columns">
<div>
<section aria-labelledby="compare">
<h2 id="compare">${words.compare}</h2>
${codePlate(site, slot)}
<p id="compare-how">${words.compareHow}</p>
</section>
<section aria-labelledby="who"><h2 id="who">${words.whoAsks}</h2>
${facts(site, slot)}
</section>
</div>
${answer(
  site,
  slot,
  html`<section aria-labelledby="may"><h2 id="may">${words.may}</h2>
${slot(askedForOnce(words))}
<p class="consequence">${words.consequence(client)}</p>
</section>
${phishingWarning(site, slot)}`,
)}
</div>`
  return document(site, { title: words.title, body, wayOut: { csrf: slot(({ csrf }) => csrf), name }, width: 'wide' })
}

/** RFC 8628 section 3.3.1: the code to compare with the one on the device, as large as the page allows. */
function codePlate(site: Site, slot: SlotOf<Shown<DecideView>>): Html {
  const words = messagesOf(site).decide
  const groups = slot(({ userCode }) => plainText(userCode, 40).split('-').map(group))
  // Heard as letters, not as a word nobody can pronounce; seen and copied as it is.
  const spelled = slot(({ userCode }) => words.spelled(spelt(plainText(userCode, 40))))
  return html`<p class="plate" dir="ltr"><span aria-hidden="true">${groups}</span><span class="unseen">${spelled}</span></p>`
}

function spelt(code: string): string {
  let characters = ''
  for (const character of code) if (character !== '-') characters += characters === '' ? character : ` ${character}`
  return characters
}

function group(characters: string, index: number): Html {
  return index === 0
    ? html`<span class="group">${characters}</span>`
    : html`<span class="dash">-</span><span class="group">${characters}</span>`
}

/** Before anything else: few things tell a stranger's request as plainly (RFC 10027 section 6.1.1). */
function farWarning(site: Site, view: Shown<DecideView>): Html | undefined {
  if (!isFar(view)) return undefined
  const { decide: words, lang } = messagesOf(site)
  const countries = [view.device.place, view.browserPlace].map((place) => html`<bdi>${countryInWords(place, lang)}</bdi>`) as [Html, Html]
  return html`<div class="warning far" id="far" role="note">${haltIcon}
<div><p><strong>${words.otherCountry(...countries)}</strong></p>
<p>${words.otherCountryWhy}</p></div></div>`
}

function isFar(view: Shown<DecideView>): view is Shown<DecideView> & { device: { place: Place }; browserPlace: Place } {
  return isOtherCountry({ device: view.device.place, browser: view.browserPlace })
}

function phishingWarning(site: Site, slot: SlotOf<Shown<DecideView>>): Html {
  const words = messagesOf(site).decide
  const contact = plainText(site.operator?.contact ?? '', 120)
  const anyProgram = html`<p><strong>${words.anyProgram}</strong></p>
<p>${words.anyProgramWhy}</p>`
  return html`<div class="warning" id="phishing">${haltIcon}
<div>${slot(({ client }) => client.document?.provesKey === false && anyProgram)}
<p><strong>${words.phishing}</strong></p>
<p>${words.phishingWhy}</p>
${contact !== '' && html`<p>${words.report(html`<bdi>${jointed(contact)}</bdi>`)}</p>`}</div></div>`
}

/** One form with all that is answered, so that the boxes of the permissions go along with the button. */
function answer(site: Site, slot: SlotOf<Shown<DecideView>>, about: Html): Html {
  const words = messagesOf(site).decide
  const again = signInFirst(words)
  const confirm = html`${slot(({ error }) => alertText('problem', error && words.errors[error]))}
<p class="confirm"><input type="checkbox" id="confirmed" name="confirmed" value="yes" required aria-describedby="${slot(describedBy)}" ${slot(faulty)}>
<label for="confirmed">${words.confirm}</label></p>
<p class="choices">
<button class="choice" type="submit" name="decision" value="deny" formnovalidate>${crossIcon} ${words.deny}</button>
<button class="choice" type="submit" name="decision" value="approve">${checkIcon} ${words.approve}</button>
</p>`
  return html`<form class="answer" method="post" action="${site.base}/device/decide" aria-label="${words.yourAnswer}">
<input type="hidden" name="csrf" value="${slot(({ csrf }) => csrf)}">
<input type="hidden" name="user_code" value="${slot(({ userCode }) => plainText(userCode, 40))}">
${about}
${slot(({ signInAgain }) => (signInAgain === true ? again : confirm))}
</form>`
}

function describedBy(view: Shown<DecideView>): string {
  return `${view.error === 'not_confirmed' ? 'problem ' : ''}${isFar(view) ? 'far ' : ''}compare-how phishing`
}

function faulty({ error }: Shown<DecideView>): Attributes {
  return { 'aria-invalid': error === 'not_confirmed' ? 'true' : undefined }
}

/** In place of what approves: the permissions cannot be narrowed here either, for what is ticked would be forgotten on the way. */
export function signInFirst(words: DecideMessages): Html {
  return html`<p class="fresh">${words.signInFirst}</p>
<p class="choices">
<button class="choice" type="submit" name="decision" value="deny">${crossIcon} ${words.deny}</button>
<button class="choice" type="submit" name="decision" value="again">${words.signInAgain}</button>
</p>`
}
