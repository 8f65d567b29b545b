/** Keeps docs/mcp.md true: what it says people see is what is sent. `npx vitest run packages/mcp/test/what-people-see.test.ts -u` writes it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { metadata, pending, tokens } from '../../client/test/support/authority.ts'
import { oauthError } from '../../client/test/support/stage.ts'
import type { ElicitationParameters } from '../src/ladder/elicitation.ts'
import { call, ladderStage, textOf, window } from './support/ladder-stage.ts'

const PAGE = fileURLToPath(new URL('../../../docs/mcp.md', import.meta.url))

function drawn(parameters: ElicitationParameters | undefined): string {
  if (parameters === undefined) throw new Error('nothing was shown')
  if (parameters.mode === 'url') return `${parameters.message}\n\n[ Open ${parameters.url} ]  [ Decline ]`
  const fields = Object.values(parameters.requestedSchema.properties).map(({ title }) => `${title}: [      ]\n`)
  return `${parameters.message}\n\n${fields.join('')}[ Accept ]  [ Decline ]`
}

const accepting = () =>
  window((parameters) => (parameters.mode === 'form' ? { action: 'accept', content: { number: '47' } } : { action: 'accept' }))
const text = { elicitation: { url: false, form: false } }
const form = { elicitation: { url: false, form: true } }

async function shownBy(more: object, answers: Parameters<typeof ladderStage>[0], host = accepting()) {
  const { ladder, time } = ladderStage(answers)
  const admission = await time.run(ladder.admit(call({ ...more, elicit: host.elicit, progress: host.tell })))
  return { host, answer: textOf(admission) }
}

async function moreScope() {
  const { ladder, time } = ladderStage([() => tokens({ scope: 'notes:read' }), () => tokens({ scope: 'notes:read notes:write' })], {
    scope: ['notes:read'],
  })
  const host = accepting()
  await time.run(ladder.admit(call({ elicit: host.elicit }), { scope: ['notes:read'] }))
  await time.run(ladder.admit(call({ tool: 'add_note', elicit: host.elicit }), { scope: ['notes:write'] }))
  return drawn(host.shown[1])
}

/** Where the client is registered for a redirect and a browser is at hand. What is random about its link is left out. */
async function redirected(decision?: { readonly action: 'decline' }) {
  const code = { authorization_endpoint: 'https://as.example/authorize', code_challenge_methods_supported: ['S256'] }
  const provider = { metadata: { ...metadata(), ...code }, redirectUri: 'http://127.0.0.1/callback' }
  const { ladder, one } = ladderStage([pending], { browser: true, provider })
  const short = (seen: string) => seen.replaceAll(/authorize\?\S+/g, 'authorize?...')
  const host = window(decision === undefined ? undefined : () => decision)
  const admission = await ladder.admit(call({ ...(decision === undefined ? text : {}), elicit: host.elicit }))
  one.close()
  return { link: host.shown[0] === undefined ? '' : short(drawn(host.shown[0])), text: short(textOf(admission)) }
}

const SCENES: Readonly<Record<string, () => Promise<string>>> = {
  link: async () => drawn((await shownBy({}, [tokens])).host.shown[0]),
  form: async () => drawn((await shownBy(form, [tokens])).host.shown[0]),
  text: async () => (await shownBy(text, [pending])).answer,
  progress: async () =>
    (await shownBy({}, [pending, pending, tokens])).host.progress
      .slice(0, 3)
      .map(({ message }) => message)
      .join('\n'),
  number: async () => drawn((await shownBy({}, [() => oauthError('countersign_required'), tokens])).host.shown[1]),
  redirect: async () => (await redirected({ action: 'decline' })).link,
  'redirect-by-text': async () => (await redirected()).text,
  declined: async () =>
    (
      await shownBy(
        {},
        [pending],
        window(() => ({ action: 'decline' })),
      )
    ).answer,
  'still-waiting': async () => {
    const { ladder, time } = ladderStage([pending])
    return textOf(await time.run(ladder.admit(call({ elicit: window().elicit }))))
  },
  more: moreScope,
  expired: async () => (await shownBy({}, [pending], window())).answer,
}

verifies(
  ['seed-001-disclose-manual-entry', 'mcp-elic-safe-url'],
  'every rung names the host of the page, the code and the tool, as docs/mcp.md says',
  async () => {
    const written = readFileSync(PAGE, 'utf8')
    const names = [...written.matchAll(/<!-- seen: ([\w-]+) -->/g)].map(([, name = '']) => name)
    expect(names).toEqual(Object.keys(SCENES))
    let page = written
    for (const name of names) {
      const seen = (await SCENES[name]?.()) ?? ''
      expect(seen).not.toMatch(/secret|user_code=/)
      const block = new RegExp(`(<!-- seen: ${name} -->\\n\`\`\`text\\n)[^]*?(\`\`\`)`)
      page = page.replace(block, (_, opening: string, closing: string) => `${opening}${seen}\n${closing}`)
    }
    for (const rung of ['link', 'form', 'text'] as const) {
      const seen = await SCENES[rung]?.()
      for (const needed of ['list_notes', 'as.example', 'WDJB-MJHT']) expect(seen).toContain(needed)
    }
    for (const rung of ['redirect', 'redirect-by-text'] as const) {
      const seen = await SCENES[rung]?.()
      for (const needed of ['list_notes', 'on as.example', 'this machine']) expect(seen).toContain(needed)
    }
    await expect(page).toMatchFileSnapshot(PAGE)
  },
)
