/** Changes to JSON with comments, as editors write it: everything else in the file stays as it is, to the byte. */
import { CountersignError } from '@countersign/protocol'
import { applyEdits, type FormattingOptions, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser'

/** The value of a file; `{}` for an empty one. @throws CountersignError `configuration_invalid` for what is no JSON object */
export function readJson(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {}
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  const [error] = errors
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split('\n').length
    throw unreadable(`it is no JSON: ${printParseErrorCode(error.error)} in line ${line}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable('it holds something else than an object')
  return value as Record<string, unknown>
}

/**
 * The text with the value at the path, in place of what was there.
 * @throws CountersignError `configuration_invalid` when the text, or something on the way, is no object
 */
export function putJson(text: string, path: readonly string[], value: unknown): string {
  let place: unknown = readJson(text)
  for (const name of path.slice(0, -1)) {
    place = (place as Record<string, unknown>)[name] ?? {}
    if (typeof place !== 'object' || place === null || Array.isArray(place)) throw unreadable(`"${name}" in it is no object`)
  }
  const formattingOptions = styleOf(text)
  // In front: behind the last one, a comment that belongs to that one would come to stand behind ours.
  const edits = modify(text.trim() === '' ? '{}\n' : text, [...path], value, { formattingOptions, getInsertionIndex: () => 0 })
  return applyEdits(text.trim() === '' ? '{}\n' : text, edits)
}

/** The file's own way of indenting. */
function styleOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  '
  return {
    insertSpaces: !indent.includes('\t'),
    tabSize: indent.includes('\t') ? 1 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  }
}

function unreadable(why: string): CountersignError {
  return new CountersignError('configuration_invalid', why, { hint: 'put it right by hand first; nothing was changed' })
}
