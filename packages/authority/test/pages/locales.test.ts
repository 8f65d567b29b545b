import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import {
  decidePage,
  decideRequestPage,
  enterCodePage,
  countersignPage,
  type Language,
  LANGUAGES,
  type Messages,
  messagesIn,
  PLAIN_LOOK,
} from '../../src/pages/index.ts'
import { type Fragment, html, render } from '../../src/pages/html.ts'
import { readMarkup, select, structureOf, textOf, the } from './read-markup.ts'
import { decideRequestView, decideView, everyPage, everyPageIn, site } from './views.ts'

const COUNTS = [0, 1, 2, 3, 11, 59, 60, 61, 100, 102, 125, 3600, 7200, 90_000, 180_000, 86_400 * 11]
const GIVEN = ['First name', 'Second name'].map((name) => html`<bdi>${name}</bdi>`)
const COUNTED = /\.(?:ago|stillOpen|notShown)$|^devices\.done\.|^enterCode\.errors\.limited$/
const PLAIN = /\.spelled$|^goOn\.title$/
const WITHOUT_MARKUP = /^notice\./

/** What a message says; one that takes something is told what it may be given. */
function sayings(path: string, value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'function') throw new Error(`${path} is no message`)
  if (COUNTED.test(path)) return COUNTS.map((count) => String(value(count)))
  if (PLAIN.test(path)) return [String(value('First name'))]
  if (WITHOUT_MARKUP.test(path)) return [said(value('First name', 'Second name'))]
  return [said(value(...GIVEN.slice(0, value.length)))]
}

/** As it reads on a page. */
function said(fragment: Fragment): string {
  return textOf(`<body>${render(html`${fragment}`)}</body>`)
}

/** Every message by its place. */
function spoken(messages: Messages): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>()
  const visit = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return void found.set(path, sayings(path, value))
    for (const [key, each] of Object.entries(value)) visit(each, path === '' ? key : `${path}.${key}`)
  }
  visit(messages, '')
  return found
}

const english = spoken(messagesIn('en'))
const others = LANGUAGES.filter((language) => language !== 'en')

/** Words that are the same in English. */
const SAME: Readonly<Partial<Record<Language, readonly string[]>>> = {
  de: ['signIn.name', 'enterCode.label', 'decide.spelled', 'notice.passkey'],
  fr: ['enterCode.label', 'decide.key'],
}
const LETTERS: Readonly<Partial<Record<Language, RegExp>>> = {
  ar: /\p{sc=Arabic}/u,
  ja: /\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Han}/u,
  zh: /\p{sc=Han}/u,
}

describe.each(others)('%s', (language) => {
  const words = spoken(messagesIn(language))

  test('says everything that English says, and nothing in English', () => {
    expect([...words.keys()].toSorted()).toEqual([...english.keys()].toSorted())
    const same = [...words].filter(([path, said]) => said.some((each) => english.get(path)?.includes(each))).map(([path]) => path)
    const everywhere = ['product', ...(messagesIn(language).dir === 'ltr' ? ['dir'] : [])]
    expect(same.toSorted()).toEqual([...everywhere, ...(SAME[language] ?? [])].toSorted())
    for (const [path, said] of words) {
      expect(said.join(' '), path).not.toMatch(/\b(?:the|this|you|your|is|not|and|with|enter|deny|approve)\b/)
      if (!['lang', 'dir', 'product'].includes(path)) expect(said.join(' '), path).toMatch(LETTERS[language] ?? /\p{sc=Latin}/u)
    }
  })

  test('has a place for everything it is given, and leaves nothing unsaid', () => {
    for (const [path, said] of words) {
      for (const [index, each] of said.entries()) {
        expect(each, path).toMatch(/\p{L}/u)
        expect(each, path).not.toMatch(/undefined|NaN|\[object|#|^\s|\s$| {2}/)
        // Nothing invisible but the no-break space of French and the isolates of Arabic.
        expect(each, path).not.toMatch(language === 'ar' ? /[\p{Cc}\u200e\u200f\u202a-\u202e]/u : /[\p{Cc}\p{Cf}]/u)
        const inEnglish = english.get(path)?.[index] ?? ''
        for (const name of ['First name', 'Second name']) expect(each.includes(name), `${path}: ${each}`).toBe(inEnglish.includes(name))
      }
    }
  })

  test('changes the words of a page and nothing else', () => {
    const pages = everyPageIn(messagesIn(language))
    for (const [index, page] of pages.entries()) {
      expect(structureOf(page)).toEqual(structureOf(everyPage[index] ?? ''))
      expect(the(readMarkup(page), 'html').attributes).toEqual({ lang: messagesIn(language).lang, dir: messagesIn(language).dir })
    }
  })
})

/** The words that carry the weight: to deny, and never. */
const WEIGHT: Readonly<Record<Language, { readonly deny: RegExp; readonly never: RegExp }>> = {
  en: { deny: /\bdeny\b/i, never: /\bnever\b/i },
  ar: { deny: /ارفض/, never: /أبدًا/ },
  de: { deny: /\blehnen Sie ab\b/i, never: /\bnie(?:mals)?\b/ },
  es: { deny: /\brechace\b/i, never: /\bnunca\b/ },
  fr: { deny: /\brefusez\b/i, never: /\bjamais\b/ },
  ja: { deny: /拒否してください/, never: /絶対に/ },
  pt: { deny: /\brecuse\b/i, never: /\bnunca\b/i },
  zh: { deny: /请拒绝/, never: /切勿/ },
}

verifies(
  'rfc10027-6.1.14-context',
  'in every language: who asks, in whose name, since when, what approving causes, and to deny what one did not start',
  () => {
    for (const language of LANGUAGES) {
      const messages = messagesIn(language)
      const { decide, decideRequest } = messages
      const { deny } = WEIGHT[language]
      const device = textOf(decidePage({ ...decideView, messages, device: { ...decideView.device, sameNetwork: false } }))
      expect(device).toContain(said(decide.lead('Countersign CLI', 'Ada')))
      expect(device).toContain(said(decide.callsItself('Countersign CLI')))
      expect(device).toContain(said(decide.deviceSays('build-box-3')))
      expect(device).toContain(decide.ago(42))
      expect(device).toContain(said(decide.consequence('Countersign CLI')))
      expect(decide.otherCountryWhy, language).toMatch(deny)
      for (const plea of [decide.compareHow, decide.otherNetwork, decide.phishing]) {
        expect(device).toContain(said(plea))
        expect(plea, language).toMatch(deny)
      }
      expect(decide.errors.not_confirmed, language).toMatch(deny)
      const program = textOf(decideRequestPage({ ...decideRequestView, messages }))
      expect(program).toContain(said(decideRequest.lead('Notes App', 'Ada')))
      expect(program).toContain(said(decideRequest.goesBackTo('app.example:8443')))
      expect(program).toContain(said(decideRequest.consequence('Notes App')))
      expect(program).toContain(said(decideRequest.started))
      expect(decideRequest.started, language).toMatch(deny)
    }
  },
)

verifies(
  'seed-001-phishing-warning',
  'in every language, before anything can be pressed: never a code from somebody else, and never a word of the number',
  () => {
    for (const language of LANGUAGES) {
      const messages = messagesIn(language)
      const { countersign, decide, enterCode, notice } = messages
      const { deny, never } = WEIGHT[language]
      const page = textOf(decidePage({ ...decideView, messages }))
      const warning = page.indexOf(said(`${decide.phishing} ${decide.phishingWhy}`))
      expect(warning, language).toBeGreaterThan(0)
      expect(warning, language).toBeLessThan(page.indexOf(`${decide.deny} ${decide.approve}`))
      expect(decide.phishing, language).toMatch(deny)
      expect(page).toContain(site.operator.contact)
      const entry = textOf(enterCodePage({ ...site, messages, csrf: 'form-secret', approverName: 'Ada' }))
      expect(entry.indexOf(said(`${enterCode.rule} ${enterCode.reason}`)), language).toBeGreaterThan(0)
      expect(enterCode.rule, language).toMatch(never)
      expect(textOf(countersignPage({ ...site, messages, number: '47', clientName: 'X' }))).toContain(
        said(`${countersign.secret} ${countersign.why}`),
      )
      expect(countersign.secret, language).toMatch(never)
      expect(notice.never, language).toMatch(never)
    }
  },
)

test.each([
  ['en', [0, 1, 2, 61, 125], ['just now', '1 second ago', '2 seconds ago', '1 minute 1 second ago', '2 minutes 5 seconds ago']],
  ['de', [0, 1, 2, 60, 125], ['gerade eben', 'vor 1 Sekunde', 'vor 2 Sekunden', 'vor 1 Minute', 'vor 2 Minuten 5 Sekunden']],
  ['fr', [0, 1, 2, 125], ['à l’instant', 'il y a 1 seconde', 'il y a 2 secondes', 'il y a 2 minutes et 5 secondes']],
  ['pt', [0, 1, 125], ['agora mesmo', 'há 1 segundo', 'há 2 minutos e 5 segundos']],
  ['es', [0, 1, 125], ['ahora mismo', 'hace 1 segundo', 'hace 2 minutos y 5 segundos']],
  ['ja', [0, 1, 125], ['たった今', '1秒前', '2分5秒前']],
  ['zh', [0, 1, 125], ['刚刚', '1 秒前', '2 分钟 5 秒前']],
  ['ar', [0, 1, 2, 3, 11, 123], ['الآن', 'قبل ثانية واحدة', 'قبل ثانيتين', 'قبل 3 ثوانٍ', 'قبل 11 ثانية', 'قبل دقيقتين و3 ثوانٍ']],
] as const)('lengths of time in %s', (language, lengths, told) => {
  expect(lengths.map(messagesIn(language).decide.ago)).toEqual(told)
})

test.each([
  ['en', ['in 1 minute.', 'in 2 minutes.', 'in 40 minutes.', 'in 120 minutes.', 'in 3 hours.', 'in 24 hours.']],
  ['de', ['In 1 Minute ', 'In 2 Minuten ', 'In 40 Minuten ', 'In 120 Minuten ', 'In 3 Stunden ', 'In 24 Stunden ']],
  ['es', ['de 1 minuto.', 'de 2 minutos.', 'de 40 minutos.', 'de 120 minutos.', 'de 3 horas.', 'de 24 horas.']],
  ['fr', ['dans 1 minute.', 'dans 2 minutes.', 'dans 40 minutes.', 'dans 120 minutes.', 'dans 3 heures.', 'dans 24 heures.']],
  ['ja', ['。1分後', '。2分後', '。40分後', '。120分後', '。3時間後', '。24時間後']],
  ['pt', ['em 1 minuto.', 'em 2 minutos.', 'em 40 minutos.', 'em 120 minutos.', 'em 3 horas.', 'em 24 horas.']],
  ['zh', [' 1 分钟后', ' 2 分钟后', ' 40 分钟后', ' 120 分钟后', ' 3 小时后', ' 24 小时后']],
  ['ar', ['بعد دقيقة واحدة.', 'بعد دقيقتين.', 'بعد 40 دقيقة.', 'بعد 120 دقيقة.', 'بعد 3 ساعات.', 'بعد 24 ساعة.']],
] as const)('a limit is told with how long to wait, rounded up, in %s', (language, told) => {
  const { limited } = messagesIn(language).enterCode.errors
  for (const [index, seconds] of [0, 61, 2400, 7200, 7201, 86_400].entries()) expect(limited(seconds)).toContain(told[index])
})

test('days are counted as each language counts them', () => {
  const day = 86_400
  expect([1, 3].map((days) => messagesIn('de').devices.ago(days * day))).toEqual(['vor 1 Tag', 'vor 3 Tagen'])
  expect([1, 2, 3, 11].map((days) => messagesIn('ar').devices.ago(days * day))).toEqual([
    'قبل يوم واحد',
    'قبل يومين',
    'قبل 3 أيام',
    'قبل 11 يومًا',
  ])
  expect([59, 60, 7200].map(messagesIn('en').devices.ago)).toEqual(['just now', '1 minute ago', '2 hours ago'])
})

test('right to left: what is compared, typed or technical stays left to right, and no rule of the stylesheet knows a side', () => {
  const messages = messagesIn('ar')
  const elements = readMarkup(decidePage({ ...decideView, messages }))
  expect(the(elements, 'p', { class: 'plate' }).attributes.dir).toBe('ltr')
  for (const code of select(elements, 'code')) expect(code.attributes.dir).toBe('ltr')
  expect(the(elements, 'b', { class: 'address' }).attributes.dir).toBe('ltr')
  const enter = readMarkup(enterCodePage({ ...site, messages, csrf: 'form-secret', approverName: 'Ada' }))
  expect(the(enter, 'input', { name: 'user_code' }).attributes.dir).toBe('ltr')
  const { styleSheet } = PLAIN_LOOK
  expect(styleSheet).not.toMatch(/(?:^|[\s;{-])(?:left|right)(?:-[\w-]+)?\s*:|(?:text-align|float|clear):\s*(?:left|right)/m)
  for (const [whole, right, left] of styleSheet.matchAll(/(?:padding|margin|inset):\s*[^;\s]+ ([^;\s]+) [^;\s]+ ([^;\s]+);/g))
    expect(right, whole).toBe(left)
})
