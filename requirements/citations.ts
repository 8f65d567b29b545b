/** Finds the requirement ids a test file cites: the string literals in the first argument of each call of `verifies`. */

export interface Citations {
  readonly ids: readonly string[]
  /** Calls whose ids are not literals, by line: nobody could tell what they prove without running them. */
  readonly unreadable: readonly number[]
}

const ONE = /^\s*(['"`])([^'"`$]*)\1\s*,/
const MANY = /^\s*\[((?:\s*(['"`])[^'"`$]*\2\s*,?)+\s*)\]\s*,/

/** The citations in one source text. Comments and strings cite nothing. */
export function citationsOf(text: string): Citations {
  const ids = new Set<string>()
  const unreadable: number[] = []
  for (const at of callsOf(text)) {
    const rest = text.slice(at)
    const one = ONE.exec(rest)?.[2]
    const many = MANY.exec(rest)?.[1]
    if (one !== undefined) ids.add(one)
    else if (many !== undefined) for (const literal of many.matchAll(/['"`]([^'"`]*)['"`]/g)) ids.add(literal[1] as string)
    else unreadable.push(text.slice(0, at).split('\n').length)
  }
  return { ids: [...ids], unreadable }
}

/** Skips comments and literals, so that only code is left to match; a call matches with its opening parenthesis. */
const TOKEN = /\/\/[^\n]*|\/\*[^]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<![\w$.])(?<!function )verifies\(/g

function* callsOf(text: string): Generator<number> {
  for (const token of text.matchAll(TOKEN)) if (token[0] === 'verifies(') yield token.index + token[0].length
}
