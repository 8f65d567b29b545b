/**
 * What a person sees before a host that starts `countersign proxy`, at each rung of the display ladder: written down in hosts/, for people to
 * read. The server has five scopes, so signing in goes on where a call needs more. `npx vitest run tests/transcripts/hosts.test.ts -u` writes it.
 */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openHome } from '../interop/command-hosts.ts'
import { startFiveScopes } from '../interop/five-scopes.ts'
import { approving, codeIn, secretsOf } from '../interop/protected-notes.ts'
import type { Answer, Shown } from '../interop/stdio-host.ts'

const folder = fileURLToPath(new URL('hosts/', import.meta.url))

const HOSTS = [
  { file: 'a-host-that-opens-links', kind: 'v1', elicitation: { url: {}, form: {} } },
  { file: 'a-host-with-forms', kind: 'v1', elicitation: {} },
  { file: 'a-host-that-shows-nothing', kind: 'v2-legacy', elicitation: undefined },
  { file: 'a-modern-host-that-opens-links', kind: 'v2-modern', elicitation: { url: {}, form: {} } },
  { file: 'a-modern-host-with-forms', kind: 'v2-modern', elicitation: {} },
  { file: 'a-modern-host-that-shows-nothing', kind: 'v2-modern', elicitation: undefined },
] as const

type Library = Awaited<ReturnType<typeof startFiveScopes>>

/** What is different every time, by its name. */
const masked = (text: string, { url, issuer }: Library) =>
  text
    .replaceAll(url, '{MCP}')
    .replaceAll(new URL(url).host, '{MCP_HOST}')
    .replaceAll(issuer, '{ISSUER}')
    .replaceAll(new URL(issuer).host, '{ISSUER_HOST}')
    .replaceAll(/\b[A-Z]{3}-[A-Z]{3}-[A-Z]{3}\b/g, '{CODE}')
    .replaceAll(/\b\d+ (?:minutes?|seconds?)(?:,? (?:and )?\d+ seconds?)?/g, '{WHILE}')

const indented = (text: string) => text.trimEnd().replaceAll(/^/gm, '    ')

test.each(HOSTS)('$file: signing in, and two calls that need more', async ({ file, kind, elicitation }) => {
  const library = await startFiveScopes()
  const lines: string[] = []
  const approve = approving(library)
  async function person(shown: Shown): Promise<Answer> {
    const buttons = shown.url === undefined ? '[ OK ]  [ Decline ]' : `[ Open ${shown.url} ]  [ Decline ]`
    const fields = shown.fields.map((name) => `${name}: [      ]\n`)
    lines.push('  The host shows:', indented(`${shown.message}\n\n${fields.join('')}${buttons}`))
    const answer = await approve(shown)
    lines.push(shown.fields.length > 0 ? '  The person types the number that the page shows.' : '  The person approves at the page.')
    return answer
  }
  const host = await openHome().open({ kind, elicitation, args: ['proxy', library.url, '--client-id', 'device-app'], person })

  async function call(name: string): Promise<void> {
    lines.push('', `The model calls ${name}.`)
    let { text, isError } = await host.call(name)
    for (let tries = 0; isError && tries < 5; tries++) {
      lines.push('  The model is answered:', indented(text))
      await library.approve(codeIn(text))
      lines.push('  The person approves at the page, and says so. The model calls it again.')
      ;({ text, isError } = await host.call(name))
    }
    lines.push('  The model is answered:', indented(text))
    expect(isError).toBe(false)
  }

  lines.push('The host lists the tools.', indented((await host.tools()).join(', ')))
  await call('search_books')
  lines.push('', 'The host lists the tools.', indented((await host.tools()).join(', ')))
  await call('borrow')
  await call('close_library')
  await host.close()
  lines.push('', 'Meanwhile, on stderr:', indented(host.stderr()))

  // MCP authorization, step-up: the union of what was granted and what is demanded.
  const asked = library.exchanges
    .filter(({ path }) => path.endsWith('/device_authorization'))
    .map(({ sent }) => new URLSearchParams(sent).get('scope'))
  expect(asked.map((scope) => scope?.split(' ').toSorted())).toEqual([
    ['books:read'],
    ['books:read', 'loans:write'],
    ['books:read', 'library:admin', 'loans:write'],
  ])
  expect(library.ran).toEqual(['search_books', 'borrow', 'close_library'])
  for (const secret of secretsOf(library)) expect(host.stdout() + host.stderr()).not.toContain(secret)
  await expect(`${masked(lines.join('\n'), library)}\n`).toMatchFileSnapshot(`${folder}${file}.txt`)
})
