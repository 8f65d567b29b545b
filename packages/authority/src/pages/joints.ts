/** Where a name too long for its line may be broken: at the joints between its parts, before the browser breaks it anywhere. */
import { type Html, html } from './html.ts'

const joint = html`<wbr>`

/** Shorter names fit on any line. */
const FITS = 20

/** An account name, a mail address or a URL, with a place to break before each `@` and dot and after each slash. */
export function jointed(text: string): Html {
  if (text.length <= FITS) return html`${text}`
  const parts = text.split(/(?<=[^/:]\/)|(?<=:\/\/)|(?<=[^.@])(?=[.@])/)
  return html`${parts.map((part, index) => (index === 0 ? part : [joint, part]))}`
}
