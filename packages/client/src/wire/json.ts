/** Reading JSON objects that a peer sent. */
import type { Seconds } from '@countersign/protocol'

/** The object in a JSON text; `undefined` for everything else, arrays included. */
export function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** A non-empty string member. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A positive, finite length of time; some servers send it as a string of digits. */
export function readSeconds(value: unknown): Seconds | undefined {
  const seconds = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
}

/** A list of non-empty strings; `undefined` when it is anything else. */
export function readTexts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => readText(item) !== undefined) ? (value as string[]) : undefined
}

/** Retry-After in seconds (RFC 9110 section 10.2.3); the form with a date is left unread, because the peer's clock is not ours. */
export function retryAfterOf(headers: Headers): Seconds | undefined {
  return readSeconds(headers.get('retry-after')?.trim())
}
