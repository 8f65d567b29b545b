import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { errorPage, pageReply, PLAIN_LOOK } from '../../src/pages/index.ts'
import { everyPage } from './views.ts'

const { styleSheet, styleVersion } = PLAIN_LOOK

verifies('rfc9700-4.16-clickjacking', 'no page may be framed, whatever else an endpoint sends with it', () => {
  const weaker = {
    'X-Frame-Options': 'ALLOWALL',
    'content-Security-policy': "frame-ancestors 'self'",
    'set-cookie': ['a=1', 'b=2'],
    'retry-after': '5',
  }
  for (const page of everyPage) {
    for (const { headers } of [pageReply(200, page), pageReply(400, page, weaker)]) {
      expect(headers['x-frame-options']).toBe('DENY')
      expect(String(headers['content-security-policy']).split('; ')).toContain("frame-ancestors 'none'")
      expect(Object.keys(headers).filter((name) => /frame|content-security/i.test(name))).toHaveLength(2)
    }
  }
  expect(pageReply(429, '', weaker).headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'retry-after': '5' })
})

test('a page runs nothing, loads nothing from elsewhere, is not kept and does not tell where it was', () => {
  const { status, headers, body } = pageReply(403, 'text')
  expect([status, body]).toEqual([403, 'text'])
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
  const policy = String(headers['content-security-policy'])
  expect(policy).toBe(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  )
})

test('pages ask for the stylesheet by its version, below the path of the issuer', () => {
  expect(styleVersion).toMatch(/^[0-9a-f]{8}$/)
  expect(errorPage({ base: '', kind: 'csrf' })).toContain(`href="/style.css?v=${styleVersion}"`)
  expect(errorPage({ base: '/auth', kind: 'csrf' })).toContain(`href="/auth/style.css?v=${styleVersion}"`)
  expect(styleSheet).not.toMatch(/url\(|@import|expression/)
})
