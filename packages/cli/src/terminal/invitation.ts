/**
 * What a person is told when there is a code: which page to open, which code it will show, and to compare the two.
 * Invariant: page and code are always there as text, each alone on its line and never broken, whatever else is shown (RFC 8628 section 3.3.1).
 */
import { stripVTControlCharacters } from 'node:util'
import type { Invitation } from '@countersign/client'
import type { Manner } from './manner.ts'
import type { QrCode } from './qr.ts'
import { spell } from './spell.ts'
import { wrap } from './words.ts'

export interface Room {
  readonly width: number
  /** Lines; infinite when unknown. */
  readonly height: number
  readonly colour: boolean
}

type Part = { readonly sentence: string } | { readonly link: string } | { readonly code: string }

/** Whole lines without layout, for logs, voices and terminals that can only print. */
export function plainInvitation(invitation: Invitation, manner: Exclude<Manner, 'live'>): readonly string[] {
  const parts = manner === 'spelled' ? typed(invitation) : linked(invitation, false)
  return parts.flatMap((part) => {
    if ('sentence' in part) return [part.sentence]
    if ('link' in part) return [part.link]
    return manner === 'spelled' ? [part.code, `Spelled out: ${spell(part.code)}.`] : [part.code]
  })
}

/** Before which parts a line stays empty; 5 is the QR code, 6 the line that counts down. */
const ROOMY: readonly number[] = [1, 2, 3, 4, 5, 6]
const GAPS: readonly (readonly number[])[] = [ROOMY, [2, 4], [2], []]

/**
 * Lines for a terminal. The QR code comes after the text, and only where all of it stays in sight together with the line that counts down;
 * a low window loses the empty lines first.
 * @param qr the page to open, drawn; absent when it is not wanted
 */
export function liveInvitation(invitation: Invitation, room: Room, qr: QrCode | undefined): readonly string[] {
  const text = (withQr: boolean, large: boolean) => linked(invitation, withQr).map((part) => layOut(part, room, large))
  if (qr !== undefined && qr.width <= room.width) {
    for (const gaps of GAPS) {
      const lines = spaced([...text(true, gaps === ROOMY), qr.lines, []], gaps)
      if (rowsOf(lines, room.width) < room.height) return lines
    }
  }
  return [...spaced(text(false, true), ROOMY), '']
}

/** RFC 8628 section 3.3.1: the link that carries the code spares typing it; code and plain page are told all the same. */
function linked(invitation: Invitation, qr: boolean): readonly Part[] {
  const { userCode, verificationUri, verificationUriComplete, verificationHost } = invitation
  if (verificationUriComplete === undefined) return typed(invitation, qr)
  return [
    { sentence: `Open this link on your phone or computer${qr ? ', or scan the QR code' : ''}:` },
    { link: verificationUriComplete },
    { sentence: `Approve only if the page is on ${verificationHost} and shows this code:` },
    { code: userCode },
    { sentence: `To type it in yourself, go to ${verificationUri}` },
  ]
}

/** The code is typed: servers that offer no other link, and people who listen, to whom a link with a code in it is noise. */
function typed({ userCode, verificationUri, verificationUriComplete, verificationHost }: Invitation, qr = false): readonly Part[] {
  return [
    { sentence: `Open this page on your phone or computer${qr ? ', or scan the QR code' : ''}:` },
    { link: verificationUri },
    { sentence: 'and type in this code:' },
    { code: userCode },
    ...(verificationUriComplete === undefined
      ? []
      : [{ sentence: 'This link has the code filled in:' }, { link: verificationUriComplete }]),
    { sentence: `Approve only if the page is on ${verificationHost} and shows the same code.` },
  ]
}

function layOut(part: Part, { width, colour }: Room, large: boolean): readonly string[] {
  if ('sentence' in part) return wrap(part.sentence, width)
  if ('link' in part) return [`${part.link.length + 2 > width ? '' : '  '}${colour ? `\u001b[1m${part.link}\u001b[22m` : part.link}`]
  if (!colour) return [`    ${part.code}`]
  // Bold, reversed and framed: as large as a terminal can write, and readable in any theme.
  const line = (text: string) => `  \u001b[1;7m   ${text}   \u001b[0m`
  const frame = line(' '.repeat(part.code.length))
  return large ? [frame, line(part.code), frame] : [line(part.code)]
}

function spaced(parts: readonly (readonly string[])[], gaps: readonly number[]): readonly string[] {
  return parts.flatMap((lines, index) => (gaps.includes(index) ? ['', ...lines] : lines))
}

/** Rows on the screen, with lines that the terminal itself breaks. */
function rowsOf(lines: readonly string[], width: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / width)), 0)
}
