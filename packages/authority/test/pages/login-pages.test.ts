import { expect, test } from 'vitest'
import {
  countersignPage,
  decidePage,
  donePage,
  enterCodePage,
  LANGUAGES,
  lookOf,
  messagesIn,
  openLoginPages,
  pageReply,
} from '../../src/pages/index.ts'
import { decideView, site } from './views.ts'

test('each page of a login is for the person who sees it, in the words and with the look of its site, and no reply changes another', () => {
  for (const language of LANGUAGES) {
    const here = { ...site, messages: messagesIn(language), look: lookOf({ accent: '#0b57d0' }) }
    const pages = openLoginPages(here)
    for (const name of ['Ada', '<b>Bob</b>', 'Ada']) {
      const enter = { csrf: name, approverName: name, prefilled: 'WDJ-BMJ-HTL' }
      expect(pages.enterCode(200, enter)).toEqual(pageReply(200, enterCodePage({ ...here, ...enter })))
      const limited = { ...enter, error: 'limited', retryAfter: 60 } as const
      const weaker = { 'retry-after': '60', 'Content-Security-Policy': 'none' }
      expect(pages.enterCode(429, limited, weaker)).toEqual(pageReply(429, enterCodePage({ ...here, ...limited }), { 'retry-after': '60' }))
      const decide = { ...decideView, approverName: name, client: { id: name, name } }
      expect(pages.decide(400, decide)).toEqual(pageReply(400, decidePage({ ...decide, ...here })))
      expect(pages.countersign(200, { number: '47', clientName: name })).toEqual(
        pageReply(200, countersignPage({ ...here, number: '47', clientName: name })),
      )
      for (const outcome of ['approved', 'denied'] as const) {
        expect(pages.done(200, { outcome, clientName: name })).toEqual(pageReply(200, donePage({ ...here, outcome, clientName: name })))
      }
    }
    expect(pages.done(200, { outcome: 'denied', clientName: 'X' }).headers['content-language']).toBe(messagesIn(language).lang)
  }
})
