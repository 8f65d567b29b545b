import { stripVTControlCharacters } from 'node:util'
import type { Invitation } from '@countersign/client'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { liveInvitation, plainInvitation, type Room } from '../../src/terminal/invitation.ts'
import { drawQr } from '../../src/terminal/qr.ts'

const PAGE = 'https://auth.example.com/device'
const COMPLETE = `${PAGE}?user_code=WDJB-MJHT`

const bare: Invitation = {
  userCode: 'WDJB-MJHT',
  verificationUri: PAGE,
  verificationHost: 'auth.example.com',
  foreign: false,
  expiresAt: 0,
}
const complete: Invitation = { ...bare, verificationUriComplete: COMPLETE }
const qr = drawQr(COMPLETE)

const room = (more: Partial<Room> = {}): Room => ({ width: 80, height: 40, colour: true, ...more })
const plain = (lines: readonly string[]) => lines.map((line) => stripVTControlCharacters(line))
const words = (lines: readonly string[]) => plain(lines).map((line) => line.trim())
const hasQr = (lines: readonly string[]) => lines.some((line) => /[▀▄█]/.test(line))

/** Every way to show a code, by name. */
const ways = (invitation: Invitation): [string, readonly string[]][] => [
  ['live with QR code', liveInvitation(invitation, room(), qr)],
  ['live, low', liveInvitation(invitation, room({ height: 24 }), qr)],
  ['live, narrow', liveInvitation(invitation, room({ width: 30 }), qr)],
  ['live without QR code', liveInvitation(invitation, room({ colour: false }), undefined)],
  ['plain', plainInvitation(invitation, 'plain')],
  ['spelled', plainInvitation(invitation, 'spelled')],
]

verifies(
  ['rfc8628-3.3-show-code-and-uri', 'rfc8628-3.3.1-textual-fallback'],
  'in every manner page and code are there as text, verbatim, with the words to open it on another device',
  () => {
    for (const [way, lines] of [...ways(bare), ...ways(complete)]) {
      const text = words(lines).join(' ')
      expect(text, way).toContain(PAGE)
      expect(words(lines), way).toContain('WDJB-MJHT')
      expect(text, way).toMatch(/^Open this (?:page|link) on your phone or computer/)
    }
  },
)

verifies(
  ['rfc8628-3.3.1-display-code-always', 'seed-001-prefer-complete-uri'],
  'the link with the code in it comes first where there is one, and code and plain page are told all the same, to be compared',
  () => {
    for (const [way, lines] of ways(complete)) {
      const text = words(lines)
      expect(text, way).toContain(COMPLETE)
      expect(text, way).toContain('WDJB-MJHT')
      expect(text.join('\n'), way).toMatch(new RegExp(`^(?:.* )?${PAGE}$`, 'm'))
      expect(text.join(' '), way).toMatch(/Approve only if/)
      if (way !== 'spelled') expect(text.indexOf(COMPLETE), way).toBeLessThan(text.indexOf('WDJB-MJHT'))
    }
    for (const [way, lines] of ways(bare)) {
      expect(words(lines), way).toContain(PAGE)
      expect(words(lines).join(' '), way).toContain('Approve only if the page is on auth.example.com and shows the same code.')
    }
  },
)

verifies('seed-002-friendly-instructions', 'on 80 columns every line fits, and link and code have lines of their own', () => {
  for (const [way, lines] of [...ways(complete), ...ways(bare)]) {
    const text = plain(lines)
    expect(words(lines).filter((line) => line === 'WDJB-MJHT').length, way).toBe(1)
    if (way !== 'spelled' && way !== 'live, narrow') expect(Math.max(...text.map((line) => line.length)), way).toBeLessThanOrEqual(80)
  }
})

verifies('seed-002-friendly-instructions', 'a link is never broken, and a link longer than the line has nothing around it', () => {
  for (const width of [20, 40, 53, 80]) {
    const lines = plain(liveInvitation(complete, room({ width }), qr))
    expect(lines, String(width)).toContain(COMPLETE.length + 2 > width ? COMPLETE : `  ${COMPLETE}`)
    for (const line of lines.filter((each) => !each.includes('https://'))) expect(line.length, String(width)).toBeLessThanOrEqual(width)
  }
})

verifies('seed-002-audio-friendly', 'for a voice the code is spelled, and nothing is drawn or coloured', () => {
  for (const invitation of [bare, complete]) {
    const lines = plainInvitation(invitation, 'spelled')
    expect(lines.join('\n')).not.toMatch(/[^\n -~]/)
    expect(lines).toContain(
      'Spelled out: W as in Whiskey, D as in Delta, J as in Juliett, B as in Bravo, dash, M as in Mike, J as in Juliett, H as in Hotel, T as in Tango.',
    )
    expect(lines.indexOf(PAGE)).toBe(1)
  }
})

describe('the QR code', () => {
  test('comes after the text', () => {
    const lines = liveInvitation(complete, room(), qr)
    const first = lines.findIndex((line) => /[▀▄█]/.test(line))
    expect(words(lines.slice(0, first))).toEqual(expect.arrayContaining([COMPLETE, 'WDJB-MJHT', `To type it in yourself, go to ${PAGE}`]))
    expect(words(lines.slice(first)).join('')).toMatch(/^[ ▀▄█]+$/)
  })

  test('is there only where all of it stays in sight, the line that counts down included', () => {
    for (let height = 10; height <= 45; height++) {
      const lines = liveInvitation(complete, room({ height }), qr)
      expect(hasQr(lines), String(height)).toBe(height >= 23)
      if (hasQr(lines)) expect(lines.length + 1, String(height)).toBeLessThanOrEqual(height)
      expect(words(lines), String(height)).toContain('WDJB-MJHT')
    }
  })

  test('is there only where it is not wider than the terminal', () => {
    expect(hasQr(liveInvitation(complete, room({ width: qr.width, height: 60 }), qr))).toBe(true)
    expect(hasQr(liveInvitation(complete, room({ width: qr.width - 1, height: 60 }), qr))).toBe(false)
  })

  test('is not mentioned where it is not', () => {
    expect(words(liveInvitation(complete, room(), qr))[0]).toBe('Open this link on your phone or computer, or scan the QR code:')
    expect(words(liveInvitation(complete, room({ height: 20 }), qr))[0]).toBe('Open this link on your phone or computer:')
  })
})

test('without colour nothing is styled', () => {
  expect(liveInvitation(complete, room({ colour: false }), undefined).join('')).not.toContain('\u001b')
})
