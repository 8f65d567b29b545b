/** What came as JSON, as the object it should be: strangers send anything. */

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value, or an object without members for what is none. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
