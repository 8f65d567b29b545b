/** Lines that come in one turn of the event loop leave together: one write for all of them, where a server under load has many. */

export interface GatheredLines {
  readonly say: (line: string) => void
  /** Writes what is left. To be called before the program ends, however it ends. */
  readonly flush: () => void
}

/** `write` gets one line or several, with line breaks between them. */
export function gatheredLines(write: (lines: string) => void): GatheredLines {
  let lines: string[] = []
  const flush = () => {
    if (lines.length === 0) return
    const text = lines.join('\n')
    lines = []
    write(text)
  }
  return {
    say: (line) => {
      if (lines.push(line) === 1) setImmediate(flush)
    },
    flush,
  }
}
