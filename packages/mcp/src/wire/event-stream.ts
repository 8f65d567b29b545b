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

/** Takes the text of a stream piece by piece, and gives the events that each piece completes. */
export function eventReader(options: EventStreamOptions = {}): (text: string) => readonly StreamEvent[] {
  const lines = textLines()
  let type = ''
  let text: string[] = []
  let id = ''
  return (piece) => {
    const events: StreamEvent[] = []
    for (const line of lines(piece)) {
      if (line === '') {
        if (text.length > 0) events.push({ type: type === '' ? 'message' : type, text: text.join('\n'), lastEventId: id })
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
    return events
  }
}

/** The events of a body, as they come. Ends with the body; breaking off the iteration cancels it. */
export async function* readEvents(body: AsyncIterable<Uint8Array>, options: EventStreamOptions = {}): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder('utf-8')
  const events = eventReader(options)
  for await (const chunk of body) for (const event of events(decoder.decode(chunk, { stream: true }))) yield event
}

/** Lines that end with CR LF, LF or CR; what follows the last of them waits for the next piece. */
function textLines(): (piece: string) => readonly string[] {
  // A line of many pieces is joined once.
  let parts: string[] = []
  let afterReturn = false
  return (piece) => {
    const text = afterReturn && piece.startsWith('\n') ? piece.slice(1) : piece
    if (text !== '') afterReturn = text.endsWith('\r')
    const lines = text.split(/\r\n|\n|\r/)
    const last = lines.pop() ?? ''
    if (lines.length > 0 && parts.length > 0) {
      lines[0] = [...parts, lines[0]].join('')
      parts = []
    }
    if (last !== '') parts.push(last)
    return lines
  }
}
