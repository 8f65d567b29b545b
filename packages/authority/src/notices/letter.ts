/**
 * A notice in words, as plain text to be mailed or shown elsewhere. What client and device say of themselves is written by strangers:
 * it stays out of the subject, keeps to lines of its own, and no reader makes a link of it. The one link leads to where it can be undone.
 */
import type { EpochMilliseconds, Origin } from '@countersign/protocol'
import type { Fragment } from '../pages/html.ts'
import { type Language, messagesIn, plainText, type Site } from '../pages/index.ts'
import { placeInWords } from '../pages/place.ts'
import type { ApprovalNotice, Notice, PasskeyNotice, Whereabouts } from '../ports/notices.ts'
import type { Resource } from '../settings.ts'

/** A message without markup: one line, and several. */
export interface Letter {
  readonly subject: string
  readonly text: string
}

/** What a letter is written with. `resources`: as the authority has them, for the sentences of what was granted. */
export interface LetterWords {
  readonly language: Language
  readonly resources?: readonly Resource[]
  readonly operator?: Site['operator']
}

const LONGEST_NAME = 60
const LONGEST_SENTENCE = 300

const KINDS = {
  'device.approved': 'device',
  'authorization.approved': 'program',
  'account.passkey_added': 'passkey_added',
  'account.passkey_removed': 'passkey_removed',
} as const

/** Tells a person what was approved in their name or changed about how they sign in, from where, and where to take it back. */
export function noticeLetter(notice: Notice, { language, operator, resources = [] }: LetterWords): Letter {
  const words = messagesIn(language)
  const kind = KINDS[notice.type]
  const { facts, wasYou, notYou, place } = 'passkeyName' in notice ? ofPasskey(notice, words) : ofApproval(notice, resources, words)
  const { host } = new URL(place)
  const contact = plainText(operator?.contact ?? '', 120)
  const text = [
    flat(words.notice.lead[kind](host, strange(notice.name, 80))),
    facts.join('\n'),
    wasYou,
    `${notYou}\n${place}`,
    ...(contact === '' ? [] : [flat(words.decide.report(contact))]),
    words.notice.never,
  ]
  return { subject: flat(words.notice.subject[kind](host)), text: `${text.join('\n\n')}\n` }
}

type Words = ReturnType<typeof messagesIn>

/** What is told apart between kinds of notices. */
interface Matter {
  readonly facts: readonly string[]
  readonly wasYou: string
  readonly notYou: string
  /** Where it can be undone. */
  readonly place: string
}

function ofApproval(notice: ApprovalNotice, resources: readonly Resource[], words: Words): Matter {
  const facts = [...who(notice, words), ...what(notice, resources, words), ...whereAndWhen(notice, words)]
  return { facts, wasYou: words.notice.wasYou, notYou: words.notice.notYou, place: notice.devicesUrl }
}

function ofPasskey({ changedAt, changedFrom, passkeyName, passkeysUrl, type }: PasskeyNotice, words: Words): Matter {
  const { notice, passkeys } = words
  const term = type === 'account.passkey_added' ? passkeys.added : passkeys.removed
  const facts = [
    ...fact(notice.passkey, strange(passkeyName) || passkeys.unnamed),
    ...fact(term, ...inBrowser(changedFrom, changedAt, words)),
  ]
  return { facts, wasYou: notice.wasYouPasskey, notYou: notice.notYouPasskey, place: passkeysUrl }
}

function who({ clientId, clientName, deviceName, type }: ApprovalNotice, { decide }: Words): string[] {
  const client = strange(clientName)
  const device = strange(deviceName ?? '')
  const calls = client === '' ? decide.unnamed : flat(decide.callsItself(client))
  const told = fact(decide.client, calls, `(${decide.unverified})`, flat(decide.clientId(strange(clientId, 200))))
  if (type !== 'device.approved') return told
  const says = device === '' ? [decide.deviceSilent] : [flat(decide.deviceSays(device)), `(${decide.unverified})`]
  return [...told, ...fact(decide.device, ...says)]
}

/** Scopes and resources are the operator's own words. */
function what({ resources: granted, scope }: ApprovalNotice, known: readonly Resource[], { decide, devices }: Words): string[] {
  const meant = known.filter(({ resource }) => granted.includes(resource))
  const sentences = scope.map((token) =>
    plainText(meant.find(({ scopes }) => scopes[token] !== undefined)?.scopes[token] ?? '', LONGEST_SENTENCE),
  )
  const may = scope.map((token, index) => sentences[index] || strange(token, 200))
  const places = granted.map(
    (each) => plainText(meant.find(({ resource }) => resource === each)?.name ?? '', LONGEST_NAME) || strange(each, 200),
  )
  return [
    ...fact(devices.may, ...(may.length === 0 ? [devices.noScopes] : may)),
    ...fact(decide.at, ...(places.length === 0 ? [decide.noResources] : places)),
  ]
}

function whereAndWhen({ approvedAt, approvedFrom, askedFrom }: ApprovalNotice, words: Words): string[] {
  const { decide, devices } = words
  return [
    ...(askedFrom === undefined ? [] : fact(decide.from, address(askedFrom), ...near(askedFrom, words), ...software(askedFrom, words))),
    ...fact(devices.approved, ...inBrowser(approvedFrom, approvedAt, words)),
  ]
}

function inBrowser(from: Whereabouts, at: EpochMilliseconds, words: Words): string[] {
  const style = { dateStyle: 'full', timeStyle: 'long', timeZone: 'UTC', numberingSystem: 'latn' } as const
  const when = new Intl.DateTimeFormat(words.lang, style).format(at)
  return [when, flat(words.devices.inBrowser(address(from))), ...near(from, words), ...software(from, words)]
}

function address({ address: from }: Origin): string {
  return /^[\da-f.:]{1,45}$/i.test(from) ? from : strange(from)
}

/** The names come out of the operator's database, and are no more trusted for that. */
function near({ place }: Whereabouts, words: Words): string[] {
  return place === undefined ? [] : [flat(words.decide.near(strange(placeInWords(place, words), 200)))]
}

function software({ userAgent }: Origin, { decide }: Words): string[] {
  const said = strange(userAgent, 80)
  return said === '' ? [] : [flat(decide.software(said))]
}

function fact(term: string, ...told: readonly string[]): string[] {
  return [term, ...told.map((line) => `  ${line}`)]
}

/** Mail programs make links of whatever looks like an address or a host; nobody who is clicked on here was looked at. */
function strange(value: string, longest = LONGEST_NAME): string {
  return plainText(value, longest).replace(/[.。．｡](?=\p{L})|:(?=\S)|@(?=\S)/gu, '[$&]')
}

/** These messages hold no markup. */
function flat(fragment: Fragment): string {
  if (Array.isArray(fragment)) return fragment.map(flat).join('')
  if (typeof fragment === 'object') throw new TypeError('a letter has no markup')
  return fragment === undefined || fragment === false ? '' : String(fragment)
}
