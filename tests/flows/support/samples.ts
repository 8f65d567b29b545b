/** The samples of every page in a browser, below the path of their language: as they are sent, with their policy in force. */
import * as pages from '../../../packages/authority/src/pages/index.ts'
import { samples } from '../../../tools/page-samples.mjs'
import type { OpenBrowser, OpenPage } from './browser.ts'

export const ORIGIN = 'https://pages.example'

const cases = samples as unknown as readonly (readonly [name: string, page: string, view: object])[]

/** A view may name a theme. */
const lookFor = (view: { readonly theme?: pages.Theme } | undefined) => pages.lookOf(view?.theme)
const LOOKS = [pages.PLAIN_LOOK, ...cases.map(([, , view]) => lookFor(view))]

/** Their names. */
export const SAMPLES: readonly string[] = cases.map(([name]) => name)

function sampleNamed(name: string, language: pages.Language): string {
  const [, page, view] = cases.find(([each]) => each === name) ?? []
  const rendered = page === undefined ? undefined : (pages as unknown as Record<string, (view: object) => string>)[page]
  if (rendered === undefined) throw new Error(`there is no sample "${name}"`)
  // The page that goes on by itself is to stay here.
  return rendered({ ...view, look: lookFor(view), messages: pages.messagesIn(language) }).replace(/<meta http-equiv="refresh"[^>]*>/, '')
}

/** A browser that finds every sample below the path of its language. */
export async function openSamples(browser: OpenBrowser): Promise<OpenPage> {
  const opened = await browser.open()
  const { page } = opened
  await page.route(`${ORIGIN}/**`, async (route) => {
    const url = new URL(route.request().url())
    const path = url.pathname
    if (path.endsWith('/style.css')) {
      const look = LOOKS.find(({ styleVersion }) => url.searchParams.get('v') === styleVersion)
      return route.fulfill({ contentType: 'text/css', body: look?.styleSheet ?? '' })
    }
    const [, language, name = ''] = path.split('/')
    const { status, headers, body } = pages.pageReply(200, sampleNamed(name, language as pages.Language))
    return route.fulfill({ status, headers: headers as Record<string, string>, body })
  })
  return opened
}
