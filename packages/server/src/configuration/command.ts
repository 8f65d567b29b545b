/** A program that the operator names, to be run without a shell. What stands in its arguments may be secret: no error repeats it. */
import { invalid, type Read } from './expect.ts'

/** An array of the program and its arguments. */
export const command: Read<readonly string[]> = (value, path) => {
  if (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((each) => typeof each === 'string' && !each.includes('\0')) &&
    value[0] !== ''
  )
    return value as readonly string[]
  throw invalid(path, 'an array of a program and its arguments', typeof value === 'string' ? '(one text)' : value, NO_SHELL)
}

/** The same as one text: words between spaces, or the array as JSON. */
export const commandText: Read<readonly string[]> = (value, path) => {
  const text = (value as string).trim()
  if (text.startsWith('[')) return command(arrayIn(text), path)
  if (/["'`$|;&<>]/.test(text)) throw invalid(path, 'words between spaces', '(something for a shell)', NO_SHELL)
  return command(text.split(/\s+/), path)
}

const NO_SHELL =
  'no shell runs it, so there are no quotes, variables and pipes; as an array every argument stands for itself: ["age", "-d", "my key.age"]'

function arrayIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
