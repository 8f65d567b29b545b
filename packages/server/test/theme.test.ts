import { expect, test } from 'vitest'
import { readConfiguration } from '../src/configuration/configuration.ts'
import { ownDirectory, put } from './directory.ts'
import { start } from './running.ts'

const DRAWING = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'
const POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

test('the pages wear the colours and the logo of the configuration file, under the same policy as ever', async () => {
  const directory = ownDirectory()
  put(directory, 'logo.svg', DRAWING)
  put(directory, 'countersign.json', {
    operator: { name: 'Northgate' },
    theme: { accent: '#0b57d0', nightAccent: '#8ab4f8', font: 'Inter', logo: 'logo.svg' },
  })
  const { operator, theme } = readConfiguration({ data: directory }, {})
  const server = await start(directory, { ...(operator && { operator }), ...(theme && { theme }) })
  const answer = await fetch(`${server.url}/sign-in`)
  expect(answer.headers.get('content-security-policy')).toBe(POLICY)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  const page = await answer.text()
  expect(page).toContain(`<img class="logo" src="data:image/svg+xml;base64,${Buffer.from(DRAWING).toString('base64')}" alt="">`)
  expect(page).toContain('<bdi>Northgate</bdi>')
  const [, path = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(page) ?? []
  const sheet = await fetch(server.url + path)
  expect(sheet.headers.get('cache-control')).toContain('immutable')
  const [day = '', night = ''] = (await sheet.text()).split('@media (prefers-color-scheme: dark)')
  expect(day).toContain('--accent: #0b57d0;')
  expect(day).toContain('--sans: "Inter", system-ui')
  expect(night).toContain('--accent: #8ab4f8;')
  // Another look, another address: what a browser has kept for ever is the right one.
  const plain = await (await fetch(`${(await start(ownDirectory())).url}/sign-in`)).text()
  expect(plain).not.toContain(path)
  expect(plain).toContain('<svg class="mark"')
})

test('a server does not start on a logo that is none, and says which file', async () => {
  const directory = ownDirectory()
  const logo = put(directory, 'logo.png', '<script>alert(1)</script>')
  const expected = 'a PNG, JPEG, WebP or SVG file of at most 32768 bytes (an SVG without scripts and document type)'
  const refused = (path: string, message: string) =>
    expect(start(directory, { theme: { logo: path } })).rejects.toMatchObject({ code: 'configuration_invalid', message })
  await refused(logo, `theme.logo: expected ${expected}, found "${logo}"`)
  const huge = put(directory, 'huge.svg', `${DRAWING}${' '.repeat(2_000_000)}`)
  await refused(huge, `theme.logo: expected ${expected}, found "${huge}"`)
  await refused(`${directory}/none.png`, `theme.logo: the file "${directory}/none.png" does not exist`)
  await refused(directory, `theme.logo: the file "${directory}" cannot be read`)
  expect(await start(directory, { theme: { logo: put(directory, 'logo.svg', DRAWING) } })).toMatchObject({ isFirstStart: false })
})

test('colours that are handed over by a program are judged at the start as well', async () => {
  await expect(start(ownDirectory(), { theme: { accent: '#ffcc00' } })).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringMatching(/^theme\.accent: text in "#ffcc00" on "#ffffff" has a contrast of 1\.51 to 1/) as string,
  })
})
