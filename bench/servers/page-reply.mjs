// @ts-check
/** What a server that plays the person too reads out of its own pages. */

/** @typedef {import('@countersign/protocol').Reply} Reply */

/** The cookies it was given, as they are sent back. @param {Reply} reply */
export function cookiesOf({ headers }) {
  const lines = [headers['set-cookie'] ?? []].flat()
  return lines
    .map((line) => line.split(';')[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ')
}

/** @param {Reply} reply */
export function csrfIn({ body }) {
  return /name="csrf" value="([^"]*)"/.exec(body)?.[1] ?? ''
}
