/** Small translations between what a provider says and what the standards say. */
import { type Fetch, readBounded } from '@countersign/protocol'

type Members = Readonly<Record<string, unknown>>

/** Far more than any answer of a token endpoint. */
const LONGEST = 262_144

/** Changes the JSON objects that one endpoint answers; everything else passes as it is. */
export function rewriteAnswers(endpoint: string, rewrite: (answer: Members) => Members): (fetch: Fetch) => Fetch {
  return (fetch) => async (input, init) => {
    const response = await fetch(input, init)
    if (input !== endpoint) return response
    const text = await readBounded(response.body, LONGEST)
    if (text === undefined) throw new Error(`the answer is longer than ${LONGEST} bytes`)
    const { status, headers: given } = response
    const headers = new Headers(given)
    // Of the bytes as they were sent.
    for (const name of ['content-length', 'content-encoding']) headers.delete(name)
    return new Response(rewritten(text, rewrite), { status, headers })
  }
}

/** Changes the forms sent to some endpoints. */
export function rewriteForms(endpoints: readonly string[], rewrite: (form: URLSearchParams) => void): (fetch: Fetch) => Fetch {
  return (fetch) => (input, init) => {
    if (!endpoints.includes(input) || !(init?.body instanceof URLSearchParams)) return fetch(input, init)
    const form = new URLSearchParams(init.body)
    rewrite(form)
    return fetch(input, { ...init, body: form })
  }
}

function rewritten(text: string, rewrite: (answer: Members) => Members): string {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(rewrite(value as Members)) : text
  } catch {
    return text
  }
}
