/** Server-sent events (HTML standard, section 9.2.6), as a response of Streamable HTTP carries them. */

export interface StreamEvent {
  /** `message` unless the server named another. */
  readonly type: string
  readonly text: string
  /** The newest id the stream has told, for resuming after it; empty when it told none. */
  readonly lastEventId: string
}

export interface EventStreamOptions {
  /** Told when the server says how many milliseconds to wait before connecting again. */
  readonly onRetry?: (milliseconds: number) => void
  /** Told the id of every event, also of one without text. */
  readonly onId?: (id: string) => void
}

/** The events of a body, as they come. Ends with the body; breaking off the iteration cancels it. */
export async function* readEvents(body: ReadableStream<Uint8Array>, options: EventStreamOptions = {}): AsyncGenerator<StreamEvent> {
  let type = ''
  let text: string[] = []
  let id = ''
  for await (const line of readLines(body)) {
    if (line === '') {
      if (text.length > 0) yield { type: type === '' ? 'message' : type, text: text.join('\n'), lastEventId: id }
      type = ''
      text = []
      continue
    }
    const colon = line.indexOf(':')
    // A comment keeps the connection open and says nothing.
    if (colon === 0) continue
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') type = value
    else if (field === 'data') text.push(value)
    else if (field === 'id' && !value.includes('\0')) {
      id = value
      options.onId?.(id)
    } else if (field === 'retry' && /^\d{1,9}$/.test(value)) options.onRetry?.(Number(value))
  }
}

/** Lines that end with CR LF, LF or CR. */
async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8')
  const reader = body.getReader()
  // A line of many chunks is joined once.
  let parts: string[] = []
  let afterReturn = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      let chunk = decoder.decode(value, { stream: true })
      if (afterReturn && chunk.startsWith('\n')) chunk = chunk.slice(1)
      if (chunk !== '') afterReturn = chunk.endsWith('\r')
      const lines = chunk.split(/\r\n|\n|\r/)
      const last = lines.pop() ?? ''
      for (const line of lines) {
        yield parts.length === 0 ? line : [...parts, line].join('')
        parts = []
      }
      if (last !== '') parts.push(last)
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
