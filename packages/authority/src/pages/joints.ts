/** Where a name too long for its line may be broken: at the joints between its parts, before the browser breaks it anywhere. */
import { type Html, html } from './html.ts'

/** Shorter names fit on any line. */
const FITS = 20

/** An account name, a mail address or a URL, with a place to break before each `@` and dot and after each slash. */
export function jointed(text: string): Html {
  const parts = text.length <= FITS ? [text] : text.split(/(?<=[^/:]\/)|(?<=:\/\/)|(?<=[^.@])(?=[.@])/)
  return html`${parts.map((part, index) => html`${index > 0 && html`<wbr>`}${part}`)}`
}
