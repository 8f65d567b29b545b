/** A web in memory: what stands at each address, and what was fetched from there. */
import { CountersignError, DEVICE_CODE, type FetchDocument, type FetchedDocument } from '@countersign/protocol'

export const APP_URL = 'https://app.example/client.json'

/** Metadata of a program for devices. */
export function deviceDocument(more: object = {}, url = APP_URL): Record<string, unknown> {
  return {
    client_id: url,
    client_name: 'Field App',
    grant_types: [DEVICE_CODE, 'refresh_token'],
    response_types: [],
    token_endpoint_auth_method: 'none',
    ...more,
  }
}

export interface TestWeb {
  readonly fetchDocument: FetchDocument
  /** Every address fetched, in order. */
  readonly fetched: string[]
  put(url: string, document: unknown, answer?: Partial<FetchedDocument>): void
  /** From now on there is no answer. */
  breakDown(url: string): void
}

export function openWeb(): TestWeb {
  const answers = new Map<string, FetchedDocument>()
  const fetched: string[] = []
  return {
    fetched,
    fetchDocument: async (url) => {
      fetched.push(url)
      const answer = answers.get(url)
      if (answer === undefined) throw new CountersignError('network_failure', `nothing answers at ${new URL(url).host} (10.0.0.7)`)
      return answer
    },
    put: (url, document, answer = {}) => {
      const body = typeof document === 'string' ? document : JSON.stringify(document)
      answers.set(url, { status: 200, contentType: 'application/json', cacheControl: '', body, ...answer })
    },
    breakDown: (url) => void answers.delete(url),
  }
}
