/** A body that somebody else sends, read as text up to a limit: what is too much is never read, let alone kept. */

/**
 * The whole text, or `undefined` when it has more than `limit` bytes; empty when there is no body.
 * @param decoder turns the bytes into text; a fatal one rejects with a TypeError what is not in its encoding
 */
export async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  decoder: TextDecoder = new TextDecoder(),
): Promise<string | undefined> {
  if (body === null) return ''
  const reader = body.getReader()
  let text = ''
  let size = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length
    if (size > limit) {
      // Not awaited: whoever keeps sending may also keep the cancellation waiting.
      reader.cancel().catch(() => {})
      return undefined
    }
    text += decoder.decode(next.value, { stream: true })
  }
  return text + decoder.decode()
}
