/** What every page shares: the document, the header with its name and its way out, one main landmark. */
import type { Errand } from '../browser/errand.ts'
import { type Fragment, type Html, html, render, type Slot } from './html.ts'
import { mark } from './icons.ts'
import { jointed } from './joints.ts'
import { en } from './messages/en.ts'
import type { Messages } from './messages/messages.ts'
import { plainText } from './plain-text.ts'
import { type Look, PLAIN_LOOK } from './style/look.ts'

/** What every page is given. */
export interface Site {
  /** The path of the issuer without a trailing slash: `''` or `/auth`. */
  readonly base: string
  /** The words; English when not given. */
  readonly messages?: Messages | undefined
  /** Whether there is a page for signing out: not beside a login that ends elsewhere. There is one unless said otherwise. */
  readonly canSignOut?: boolean | undefined
  /** Who runs this server. `contact`: where to report an attack, in words. */
  readonly operator?: { readonly name: string; readonly contact?: string | undefined } | undefined
  /** Colours, font and logo; ours when not given. */
  readonly look?: Look | undefined
}

/** What a view brings besides the site it is shown on. */
export type Shown<View extends Site> = Omit<View, keyof Site>

/** Somebody is signed in. */
export interface SignedIn {
  /** The form secret of this browser. */
  readonly csrf: string
  /** How the page greets the person. */
  readonly approverName: string
  /** What the person came for: whoever signs out to take another account is led back to it. */
  readonly errand?: Errand | undefined
}

/** The header names who is signed in, and offers the way out. */
export interface WayOut {
  readonly csrf: string | Slot
  readonly name: Fragment
  readonly errand?: Errand | undefined
}

export interface PageParts {
  readonly title: string
  /** More for the head of the document. */
  readonly head?: Html | undefined
  readonly body: Html
  readonly wayOut?: WayOut | undefined
  /** `wide` gives the page two columns where there is room. */
  readonly width?: 'wide' | undefined
  /** The header leads to the list of what the person has approved. */
  readonly toDevices?: boolean | undefined
}

/** A whole document as text. */
export function page(site: Site, parts: PageParts): string {
  return render(document(site, parts))
}

/** A whole document. What it says on its own is ASCII: text that is ASCII alone is sent without a look at each character. */
export function document(site: Site, parts: PageParts): Html {
  const { base, operator } = site
  const messages = messagesOf(site)
  const look = site.look ?? PLAIN_LOOK
  const name = plainText(operator?.name ?? '', 60) || messages.product
  return html`<!doctype html>
<html lang="${messages.lang}" dir="${messages.dir}">
<head>
<meta charset="utf-8">
<title>${parts.title} &#183; ${name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<link rel="stylesheet" href="${base}/style.css?v=${look.styleVersion}">
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Crect width='24' height='24' rx='5' fill='%2312231e'/%3E%3Cg fill='none' stroke='%23ffd98a' stroke-width='2'%3E%3Cpath d='M8 6l6 6-6 6'/%3E%3Cpath d='M16 6l-6 6 6 6'/%3E%3C/g%3E%3C/svg%3E">
${parts.head}
</head>
<body>
<header ${{ class: parts.width === 'wide' ? 'top wide' : 'top' }}>
<p class="name">${look.logo === undefined ? mark : html`<img class="logo" src="${look.logo}" alt="">`} <bdi>${name}</bdi></p>
${parts.toDevices === true && html`<a class="quiet to-devices" href="${base}/devices">${messages.devices.title}</a>`}
${parts.wayOut && wayOut(site, parts.wayOut)}
</header>
<main ${{ class: parts.width === 'wide' ? 'card wide' : 'card' }}>
${parts.body}
</main>
</body>
</html>
`
}

/** For somebody who is signed in. */
export function wayOutFor({ csrf, approverName, errand }: SignedIn): WayOut {
  return { csrf, name: shownName(approverName), errand }
}

function wayOut(site: Site, { csrf, errand, name }: WayOut): Html {
  const messages = messagesOf(site)
  const greeting = html`<span>${messages.signedInAs(name)}</span>`
  if (site.canSignOut === false) return html`<p class="way-out">${greeting}</p>`
  return html`<form class="way-out" method="post" action="${site.base}/sign-out">
<input type="hidden" name="csrf" value="${csrf}">
${errand && html`<input type="hidden" name="${errand.name}" value="${plainText(errand.value, 64)}">`}
${greeting}
<button class="quiet" type="submit">${messages.signOut}</button>
</form>`
}

/** The words of the pages. */
export function messagesOf(site: Site): Messages {
  return site.messages ?? en
}

/** A name somebody chose, isolated so that its direction cannot touch the words around it. */
export function shownName(name: string): Html {
  return html`<bdi>${jointed(plainText(name, 80))}</bdi>`
}

/** A problem with what was just sent: announced, and linked to its field by the id. Nothing when there is none. */
export function alertText(id: string, text: Fragment | undefined): Html | undefined {
  return text === undefined ? undefined : html`<p class="alert" role="alert" id="${id}">${text}</p>`
}
