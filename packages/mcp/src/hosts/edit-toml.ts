/**
 * Changes to TOML: one table of servers is put in or replaced, and every other line stays as it is, with its comments.
 * Invariant: what comes out reads as what went in, with exactly this table changed; otherwise nothing comes out.
 */
import { isDeepStrictEqual } from 'node:util'
import { CountersignError } from '@countersign/protocol'
import { parse, stringify, type TomlTable } from 'smol-toml'

/** @throws CountersignError `configuration_invalid` for what is no TOML */
export function readToml(text: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text)
  } catch (error) {
    const [why = ''] = (error as Error).message.split('\n')
    throw new CountersignError('configuration_invalid', `it is no TOML: ${why}`, {
      hint: 'put it right by hand first; nothing was changed',
    })
  }
}

/** The text with the table `[group.name]`, in place of the one that was there. @throws CountersignError `configuration_invalid` */
export function putToml(text: string, [group = '', name = '']: readonly string[], value: Readonly<Record<string, unknown>>): string {
  const before = readToml(text)
  const kept = withoutTable(text, `${group}.${keyText(name)}`)
  const table = stringify({ [group]: { [name]: value } } as TomlTable)
    .replace(new RegExp(`^\\[${group}\\]\\n\\n?`), '')
    .trimEnd()
  const changed = `${kept.trimEnd()}${kept.trim() === '' ? '' : '\n\n'}${table}\n`
  const wanted = { ...before, [group]: { ...(before[group] as object | undefined), [name]: value } }
  if (!isSame(changed, wanted)) {
    throw new CountersignError('configuration_invalid', `the table of "${name}" is written in a way that cannot be changed line by line`, {
      hint: 'use --print, and put it in by hand; nothing was changed',
    })
  }
  return changed
}

/** All lines but those of a table and of the tables in it. */
function withoutTable(text: string, title: string): string {
  let isInside = false
  return text
    .split('\n')
    .filter((line) => {
      const header = /^\s*\[\[?\s*([^\]]+?)\s*\]/.exec(line)?.[1]
      if (header !== undefined) isInside = header === title || header.startsWith(`${title}.`)
      return !isInside
    })
    .join('\n')
}

const keyText = (name: string) => (/^[\w-]+$/.test(name) ? name : JSON.stringify(name))

function isSame(text: string, wanted: object): boolean {
  try {
    // Tables of the parser have no prototype; as JSON they are what they hold.
    return isDeepStrictEqual(plain(parse(text)), plain(wanted))
  } catch {
    return false
  }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown
