/**
 * The pages that every login meets, in one language, as replies. What is the same for everybody is put together once, when the first of them
 * is asked for: only what a view brings is escaped and written for each request.
 */
import type { Reply } from '@countersign/protocol'
import { type CountersignView, countersignTemplate } from './countersign.ts'
import { type DecideView, decideTemplate } from './decide.ts'
import { type DoneView, doneTemplate } from './done.ts'
import { type EnterCodeView, enterCodeTemplate } from './enter-code.ts'
import type { Template } from './html.ts'
import type { Shown, Site } from './layout.ts'
import { repliesWith } from './reply.ts'

/** `extraHeaders` may add, as in `pageReply`. */
export type Page<View extends Site> = (status: number, view: Shown<View>, extraHeaders?: Reply['headers']) => Reply

export interface LoginPages {
  readonly enterCode: Page<EnterCodeView>
  readonly decide: Page<DecideView>
  readonly countersign: Page<CountersignView>
  readonly done: Page<DoneView>
}

export function openLoginPages(site: Site): LoginPages {
  const approved = page(() => doneTemplate(site, 'approved'))
  const denied = page(() => doneTemplate(site, 'denied'))
  return {
    enterCode: page(() => enterCodeTemplate(site)),
    decide: page(() => decideTemplate(site)),
    countersign: page(() => countersignTemplate(site)),
    done: (status, view, extraHeaders) => (view.outcome === 'approved' ? approved : denied)(status, view, extraHeaders),
  }
}

/** Eight languages of which one is spoken most: a template is made when it is needed. */
function page<View>(make: () => Template<View>): (status: number, view: View, extraHeaders?: Reply['headers']) => Reply {
  let made: { readonly fill: Template<View>['fill']; readonly reply: ReturnType<typeof repliesWith> } | undefined
  return (status, view, extraHeaders) => {
    if (made === undefined) {
      const { fill, fixed } = make()
      made = { fill, reply: repliesWith(fixed) }
    }
    return made.reply(status, made.fill(view), extraHeaders)
  }
}
